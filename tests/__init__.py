"""The evidence: `unit` for the rooms, `flows` by keys only, `terminal` in a real pty, `faults` for all that breaks."""
