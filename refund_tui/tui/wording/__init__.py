"""All sentences that the terminal shows a person. Nothing here draws, asks the desk, or decides."""
