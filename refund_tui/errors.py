"""Owns the program's own errors: each one is a sentence for a person, with its remedy, and never a traceback.

RefundTuiError
├── ConfigError          flags, environment, files: exit code 2
├── UsageError           a command that cannot be carried out as it was asked: exit code 2
└── StoreError           the ledger or the trips file
    ├── StoreBusy        another program holds it for longer than we wait
    ├── StoreFull        no room on the disk
    ├── StoreUnusable    cannot be opened, read or written; a newer version; damaged
    │   ├── RecordUnusable   one record; the others are not concerned
    │   └── StoreDamaged     what is on disk is not what was written
    ├── StoreChanged     the file was replaced by another while it was open
    └── StoreUncertain   the disk failed, and nobody can tell whether what was to be written is there
"""

from __future__ import annotations


class RefundTuiError(Exception):
    """The base of all that this program raises on purpose; `str()` of it can be shown to a clerk as it is."""

    exit_code = 1


class ConfigError(RefundTuiError):
    """A setting that cannot be used; names where it was set, and its remedy."""

    exit_code = 2


class UsageError(RefundTuiError):
    """A command that cannot be carried out as it was asked."""

    exit_code = 2


class StoreError(RefundTuiError):
    """The ledger or the trips file could not do what it was asked; nothing was half written.

    But for StoreUncertain, what was to be written is not there.
    """

    exit_code = 3


class StoreBusy(StoreError):
    """Another program held the file for longer than we wait."""


class StoreFull(StoreError):
    """There is no room on the disk."""


class StoreUnusable(StoreError):
    """The file cannot be opened, read or written, is damaged, or belongs to a newer program."""


class RecordUnusable(StoreUnusable):
    """One record cannot be read, or refuses a change that breaks the file's rules; the others are not concerned."""


class StoreChanged(StoreError):
    """The file was replaced by another while it was open: what is on disk is no longer what was written to."""


class StoreUncertain(StoreError):
    """The disk failed while it was written to: what was to be written may be there, whole, or not at all."""


class StoreDamaged(StoreUnusable):
    """What is on disk is not what was written, and does not become so by itself."""
