"""Owns what the sandbox raises on purpose: each one is a sentence for the person who started it."""

from __future__ import annotations


class SandboxError(Exception):
    """The base: the sandbox cannot do what it was asked; no answer was given and nothing was moved."""


class ScriptError(SandboxError, ValueError):
    """A fault script that cannot be played; names the step, the key and the nearest spelling."""


class JournalError(SandboxError):
    """A journal that cannot be read or written."""


class PortTaken(SandboxError):
    """The port that was asked for cannot be had, as a rule because another program listens on it."""
