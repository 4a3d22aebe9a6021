"""What is on disk: the ledger of refunds, the trips known here, import and export. SQL stays in this room."""
