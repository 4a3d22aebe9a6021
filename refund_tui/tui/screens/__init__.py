"""The screens, one at a time between the status line and the line of keys. They record and send through the desk only.

- `screen`: what all have in common; `refund_actions`: what the screens that show one refund have in common
- `switcher`: which screen is shown, and when each is mounted
- `lookup` (F2), `refund` (F3, or Enter on a trip), `history` (F4)
- `palette`, `gate`, `leaving`: one question or list, then back
- `help`: a modal page over the others
"""
