"""Owns what a clerk sees after a fault of the program: a few sentences, and the name of a file for support.

Never shows Textual's crash page: it contains the values of variables, and so a shopper's data.
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
    """The program failed because of its own fault."""


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
        """Run the action of a key. An error for a person is announced, and the screen stays unchanged."""
        try:
            return await super().run_action(action, default_namespace, namespaces)
        except (RefundTuiError, NotPossible) as error:
            self.announce_error(error)
            return True

    def announce_error(self, error: Exception) -> None:
        """Say to the clerk why something was not done."""

    def on_mount(self) -> None:
        """Treat a failed task that nobody awaits as a crash. Otherwise a key would do nothing, without a message."""
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
    """Raise the error inside the app, which ends the app."""
    raise error


def crashed(crash: str, folder: Path) -> Crashed:
    """The message for the clerk. The traceback is written to a file that only this account can read."""
    words = [
        "the program made a mistake and has ended. Every refund that was confirmed is recorded:",
        "refund-tui history shows them, and refund-tui, started again, continues the open ones.",
    ]
    if file := write_crash(crash, folder):
        words.append(f"For support: {file}")
    return Crashed("\n".join(words))
