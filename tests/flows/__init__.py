"""The program driven by keys alone, over real files, at 80 by 24."""
