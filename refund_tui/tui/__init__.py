"""The terminal: screens that hold no truth of their own and redraw from the ledger after the desk's news."""

from __future__ import annotations

import gc
import os
import sys
import traceback
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from refund_tui.core.text import visible
from refund_tui.errors import UsageError
from refund_tui.tui.commands import keymap
from refund_tui.tui.terminal import signals as citizen
from refund_tui.tui.terminal.textual_inside import drawing_on, repair_textual

if TYPE_CHECKING:
    from refund_tui.settings.load import Settings


def run(settings: Settings) -> int:
    """Open the terminal and return its exit code. Raises RefundTuiError."""
    gc.disable()  # nothing of what a start makes is rubbish: the app sweeps once its places are there
    keymap(settings.keys)
    if reason := citizen.refusal(os.environ.get("TERM")):
        raise UsageError(reason)
    citizen.prepare(os.environ)
    from refund_tui.tui.app import RefundApp  # brings Textual, whose environment is read when it is imported
    from refund_tui.tui.terminal.crash import crashed

    repair_textual()
    app = RefundApp(settings)
    try:
        with citizen.holding_signals(), drawing_on(1):
            app.run(mouse=False)
    except Exception as error:
        raise crashed("".join(traceback.format_exception(error)), settings.data_dir) from error
    citizen.let_go_of_a_dead_line()
    if app.crash is not None:
        raise crashed(app.crash, settings.data_dir)
    if app.failure is not None:
        raise app.failure
    _say_unsaved(app.desk.unsaved.values())
    return app.return_code or 0


def _say_unsaved(sentences: Iterable[str]) -> None:
    """What the last screen could not keep: answers that are not on disk, and what the next start does about them."""
    with suppress(OSError):  # the line may be gone
        for sentence in sentences:
            sys.stderr.write(f"refund-tui: {visible(sentence, 2_000)}\n")
