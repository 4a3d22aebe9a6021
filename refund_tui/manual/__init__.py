"""The operator's pages, as Markdown. `refund-tui manual` prints them; it holds no code."""
