"""Lets a property take the time it needs: a busy machine is no fault of the code."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("busy machine", deadline=None)
settings.load_profile("busy machine")
