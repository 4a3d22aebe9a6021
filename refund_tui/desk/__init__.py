"""Records, sends, retries and settles refunds. Nothing else in the program does.

`desk.py` is the interface for screens and commands. `ports.py` declares what the desk needs of a ledger; `storage.py`
chooses the implementation. Never knows a screen."""
