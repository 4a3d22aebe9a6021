"""The terminal's line: widgets that cost few bytes on it and never parse their text as markup."""
