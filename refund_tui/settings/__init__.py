"""The settings: `declared` lists them, `sources` finds where each is set, `readers` checks its value, `load` combines.

Holds no secret: credentials come from the signing library's own sources.
"""
