"""The screens, one at a time between the status line and the line of keys. They record and send through the desk only.

- `screen`: the base of all screens; `refund_actions`: the base of the screens that show one refund
- `switcher`: which screen is shown, and when each is mounted
- `lookup` (F2), `refund` (F3, or Enter on a trip), `history` (F4)
- `palette`, `gate`, `leaving`: one list or question each; they lead back to the previous screen
- `help`: a modal page over the others
"""
