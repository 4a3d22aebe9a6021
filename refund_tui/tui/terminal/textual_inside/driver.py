"""Owns the repairs of Textual's driver: how bytes from the keyboard are decoded, and how output waits."""

from __future__ import annotations

import codecs
from functools import partial

from textual.drivers import _writer_thread, linux_driver


def accept_wrong_bytes() -> None:
    """Decode a byte that is not UTF-8 as a replacement character; by itself Textual's input thread ends at it."""
    strict = codecs.getincrementaldecoder
    vars(linux_driver)["getincrementaldecoder"] = lambda name: partial(strict(name), errors="replace")


def queue_output_without_limit() -> None:
    """Let output wait where nobody reads it. By itself the 31st write blocks the app, its refunds and its signals."""
    vars(_writer_thread)["MAX_QUEUED_WRITES"] = 0  # no limit: a countdown is 100 bytes a second
