"""refund-tui gives shoppers of a Just Walk Out store their money back, from a terminal, once."""

__version__ = "0.1.0"
