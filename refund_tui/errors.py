"""Owns the program's own errors: each one is a sentence for a person, with what to do, and never a traceback.

RefundTuiError
├── ConfigError          a flag, variable or file of settings: exit code 2
├── UsageError           a command that cannot be carried out as it was asked: exit code 2
└── StoreError           the ledger or the trips file
    ├── StoreBusy        another program held its lock for longer than we wait
    ├── StoreFull        no room on the disk
    ├── StoreUnusable    cannot be opened, read or written, is damaged, or has a newer version
    │   ├── RecordUnusable   one record of it; the others can be used
    │   └── StoreDamaged     what is on disk is not what was written
    ├── StoreChanged     the file was replaced by another while it was open
    └── StoreUncertain   the disk failed during a write, and it is not known whether the data was written
"""

from __future__ import annotations


class RefundTuiError(Exception):
    """The base of all errors that this program raises on purpose. `str()` of one can be shown to a clerk."""

    exit_code = 1


class ConfigError(RefundTuiError):
    """A setting that cannot be used. Says where it was set, and what to do."""

    exit_code = 2


class UsageError(RefundTuiError):
    """A command whose arguments ask for something that cannot be done."""

    exit_code = 2


class StoreError(RefundTuiError):
    """The ledger or the trips file could not be read or written. Nothing is ever half written.

    After every StoreError but StoreUncertain nothing was written.
    """

    exit_code = 3
    unread = False
    """Whether it was only a read that failed, which may succeed when it is tried again."""


class StoreBusy(StoreError):
    """Another program held the file's lock for longer than we wait."""


class StoreFull(StoreError):
    """There is no room on the disk."""


class StoreUnusable(StoreError):
    """The file cannot be opened, read or written, is damaged, or belongs to a newer program."""


class RecordUnusable(StoreUnusable):
    """One record cannot be read, or a change of it breaks the file's rules. The other records can be used."""


class StoreChanged(StoreError):
    """The file was replaced by another while it was open, so what was written is no longer at its path."""


class StoreUncertain(StoreError):
    """The disk failed during a write: the data was either written completely, or not at all."""


class StoreDamaged(StoreUnusable):
    """The file's content is not what was written to it. Waiting does not repair that."""
