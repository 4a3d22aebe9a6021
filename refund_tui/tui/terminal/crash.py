"""Owns what a clerk is left with when the program itself fails: a few calm words, and a file for who repairs it.

As shipped, Textual prints a page of source with the values of its variables: a shopper's data on the screen.
"""

from __future__ import annotations

import asyncio
import os
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import RenderableType
from textual.actions import ActionParseResult
from textual.app import App
from textual.dom import DOMNode

from refund_tui.core.lifecycle import NotPossible
from refund_tui.errors import RefundTuiError

NAME = "crash.txt"
"""The last failure's file in the data folder; each one replaces the one before, so that none fills a disk."""


class Crashed(RefundTuiError):
    """The program made a mistake."""


class CrashReporting(App[int]):
    """An app that prints nothing of its own when it fails; `crash` is the traceback, without anything's value."""

    crash: str | None = None

    async def run_action(
        self,
        action: str | ActionParseResult,
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """Do what a key does. What the files could not do for it is told, and the screen stays as it was."""
        try:
            return await super().run_action(action, default_namespace, namespaces)
        except (RefundTuiError, NotPossible) as error:
            self.announce(str(error))
            return True

    def announce(self, words: str) -> None:
        """Say something to whoever sits here."""

    def on_mount(self) -> None:
        """What fails in a task that nobody waits for is a failure too: silent, a key would just do nothing."""
        asyncio.get_running_loop().set_exception_handler(self._unheard)

    def _unheard(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if self._exit:
            return  # what looked for a screen that is gone
        if isinstance(context.get("future"), asyncio.Task) and isinstance(error, Exception):
            self._handle_exception(error)
        else:
            loop.default_exception_handler(context)

    def _fatal_error(self) -> None:
        if self.crash is None:
            self.crash = "".join(traceback.format_exception(self._exception))
        self._close_messages_no_wait()

    def panic(self, *renderables: RenderableType) -> None:
        """End because of what another thread, or a stylesheet, could not do."""
        if self.crash is None:
            told = [_plain(renderable) for renderable in renderables]
            self.crash = "\n".join(told) or traceback.format_exc()
        self._return_code = Crashed.exit_code
        self._close_messages_no_wait()


def _plain(renderable: RenderableType) -> str:
    """A Rich traceback without its variables, anything else as it names itself."""
    from rich.traceback import Traceback  # brings a colourer of source, for which no first screen waits

    if not isinstance(renderable, Traceback):
        return str(renderable)
    stacks = renderable.trace.stacks
    return "\n".join(
        "\n".join(
            [f"{stack.exc_type}: {stack.exc_value}", *(f"  {f.filename}:{f.lineno} {f.name}" for f in stack.frames)]
        )
        for stack in stacks
    )


def crashed(crash: str, folder: Path) -> Crashed:
    """What to tell the clerk, the traceback being in a file only this account can read, if it can be written."""
    words = [
        "the program made a mistake and has ended. Every refund that was confirmed is recorded:",
        "refund-tui history shows them, and refund-tui, started again, goes on with those that are open.",
    ]
    if file := written(crash, folder):
        words.append(f"For support: {file}")
    return Crashed("\n".join(words))


def written(crash: str, folder: Path) -> Path | None:
    """The file in which `crash` is kept for who repairs it; None where it could not be written."""
    file = folder / NAME
    try:
        file.unlink(missing_ok=True)  # never into what a link of somebody else's points to
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as out:
            out.write(f"{datetime.now(UTC).isoformat(timespec='seconds')}\n{crash}")
    except OSError:
        return None
    return file
