"""The three places of the terminal, one key each."""
