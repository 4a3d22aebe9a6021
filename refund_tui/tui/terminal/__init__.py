"""The code between the app and the terminal. Nothing here may know refunds.

- `signals`: environment, signals, a terminal that is gone
- `key_queue`: one key at a time
- `cell_diff`: what the terminal shows, cell by cell, and the fewest bytes that change it
- `display`: drawing in few bytes, NO_COLOR, the clipboard
- `crash`: what the clerk sees when the program fails
- `textual_inside`: every use of Textual's private names
"""
