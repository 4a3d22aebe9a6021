"""What is true of the SQLite ledger alone: its files, pragmas, tables, migrations, and rows that were damaged."""
