"""What lies between the app and the terminal. Nothing here knows refunds.

- `signals`: environment, signals, a terminal that is gone
- `key_queue`: one key at a time
- `display`, `frame`, `cells`, `no_color`, `output`: what is written to the terminal, in few bytes
- `clipboard`: OSC 52
- `crash`: what is left when the program fails
- `textual_inside`: every use of Textual's private names
"""
