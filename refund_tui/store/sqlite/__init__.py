"""The embedded ledger and the trips file: SQLite. SQL stays in this room, and no `sqlite3` type leaves it."""
