"""Owns what a clerk is left with when the program itself fails: a few sentences, and a file for support.

Textual's own crash page shows source with the values of its variables: a shopper's data on the screen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from textual.actions import ActionParseResult
from textual.app import App
from textual.dom import DOMNode

from refund_tui.core.lifecycle import NotPossible
from refund_tui.errors import RefundTuiError
from refund_tui.host.crash_file import write_crash
from refund_tui.tui.terminal.textual_inside import end_without_source


class Crashed(RefundTuiError):
    """The program made a mistake."""


class CrashReporting(App[int]):
    """An app that prints nothing when it fails; `crash` is then the traceback, without the values of variables."""

    crash: str | None = None

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        end_without_source(self, Crashed.exit_code, self._keep_first)

    def _keep_first(self, crash: str) -> None:
        if self.crash is None:
            self.crash = crash

    async def run_action(
        self,
        action: str | ActionParseResult,
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """Do what a key does. An error that a person can act on is announced, and the screen stays as it was."""
        try:
            return await super().run_action(action, default_namespace, namespaces)
        except (RefundTuiError, NotPossible) as error:
            self.announce(str(error))
            return True

    def announce(self, words: str) -> None:
        """Show a sentence to the clerk."""

    def on_mount(self) -> None:
        """Treat a failed task that nobody awaits as a crash: without this a key would just do nothing."""
        asyncio.get_running_loop().set_exception_handler(self._on_loop_error)

    def _on_loop_error(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if self.return_code is not None:
            return  # the app has ended: the task looked for a screen that is gone
        if isinstance(context.get("future"), asyncio.Task) and isinstance(error, Exception):
            self.call_later(_fail, error)
        else:
            loop.default_exception_handler(context)


def _fail(error: Exception) -> None:
    """Fail inside the app, which ends by it."""
    raise error


def crashed(crash: str, folder: Path) -> Crashed:
    """What to tell the clerk; the traceback goes to a file that only this account can read."""
    words = [
        "the program made a mistake and has ended. Every refund that was confirmed is recorded:",
        "refund-tui history shows them, and refund-tui, started again, goes on with those that are open.",
    ]
    if file := write_crash(crash, folder):
        words.append(f"For support: {file}")
    return Crashed("\n".join(words))
