"""The full-screen terminal. Screens never keep the state of a refund: they read the ledger after each news of the desk.

- `app.py`: the app around the screens; `commands.py`: every command and its keys
- `screens/`: Lookup, Refund, History, …: one is shown at a time
- `widgets/`: the parts of screens
- `wording/`: the sentences that a person reads
- `terminal/`: signals, keys, output and the inside of Textual
- `possible.py`: which commands are possible now
- `background.py`: work that no key waits for; `drafts.py`: when drafts are saved; `news.py`: the desk's news
- `files.py`: exports and receipts; `themes.py`: colours; `idle.py`: the end after a time without keys
"""

from __future__ import annotations

import gc
import os
import sys
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING

from refund_tui.core.text import visible
from refund_tui.errors import UsageError
from refund_tui.tui.commands import keymap
from refund_tui.tui.terminal import signals
from refund_tui.tui.terminal.textual_inside import drawing_on, repair_textual

if TYPE_CHECKING:
    from refund_tui.settings.load import Settings


def run(settings: Settings) -> int:
    """Open the terminal and return its exit code. Raises RefundTuiError."""
    gc.disable()  # until all screens are mounted: a collection would slow the start
    keymap(settings.keys)
    if settings.kiosk:
        signals.never_stop()
    if reason := signals.refusal(os.environ.get("TERM")):
        raise UsageError(reason)
    signals.prepare(os.environ)
    from refund_tui.tui.app import RefundApp  # imports Textual, which reads its environment only once, at its import
    from refund_tui.tui.terminal.crash import crashed

    repair_textual()
    app = RefundApp(settings)
    try:
        with signals.signals_held(), drawing_on(1):
            app.run(mouse=False)
    except Exception as error:
        raise crashed("".join(traceback.format_exception(error)), settings.data_dir) from error
    signals.detach_from_dead_terminal()
    if app.crash is not None:
        raise crashed(app.crash, settings.data_dir)
    if app.failure is not None:
        raise app.failure
    code = app.return_code or 0
    _say(*signals.ending_words(code), *app.parting, *app.desk.unsaved.values())
    return code


def _say(*sentences: str) -> None:
    """Print why the terminal ended, which answers are not on disk, and what the next start does with them."""
    with suppress(OSError):  # the terminal may be gone
        for sentence in sentences:
            sys.stderr.write(f"refund-tui: {visible(sentence, 2_000)}\n")
