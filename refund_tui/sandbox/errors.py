"""Owns the sandbox's errors: each one is a sentence for the person who started it."""

from __future__ import annotations


class SandboxError(Exception):
    """The base of the sandbox's errors. No answer was given and no money moved."""


class ScriptError(SandboxError, ValueError):
    """A fault script that cannot be used. Names the step, the key and the nearest known spelling."""


class JournalError(SandboxError):
    """A journal that cannot be read or written."""


class PortTaken(SandboxError):
    """The port cannot be used, usually because another program listens on it."""
