"""The settings: `declared` lists them, `sources` finds where each was set, `readers` checks it, `load` gives them out.

Holds no secret: credentials come from the signing library's own sources.
"""
