"""The settings: `declared` lists them, `readers` checks a value, `load` finds and combines all. None is a secret."""
