"""The ledger and the trips file in SQLite. No SQL and no `sqlite3` type leaves this folder."""
