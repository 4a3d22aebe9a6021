"""The operator's pages, as Markdown. `refund-tui manual` prints them. There is no code here."""
