"""The program driven by keys only, on real files, at 80x24."""
