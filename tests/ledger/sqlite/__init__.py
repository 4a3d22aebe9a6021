"""Tests of the SQLite ledger only: its files, pragmas, tables, migrations, and damaged rows."""
