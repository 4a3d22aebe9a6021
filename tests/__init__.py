"""The tests. CONTRIBUTING.md lists the folders."""
