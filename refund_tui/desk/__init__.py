"""The one place where a refund is taken, recorded, sent, waited for and settled. `desk.py` is its front, `ports.py`
says what it needs of a ledger, `storage.py` which one it is. Knows no screen."""
