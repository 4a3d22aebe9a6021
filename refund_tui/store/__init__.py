"""What is on disk: the ledger of refunds, the trips, import and export. No SQL and no `sqlite3` type leaves it."""
