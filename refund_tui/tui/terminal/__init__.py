"""What lies between the app and the terminal. Nothing here knows refunds.

- `signals`: environment, signals, a terminal that is gone
- `key_queue`: one key at a time
- `frame`: what the terminal shows, cell by cell, and the fewest bytes that change it
- `display`: drawing in few bytes, NO_COLOR, the clipboard
- `crash`: what is left when the program fails
- `textual_inside`: every use of Textual's private names
"""
