"""Owns every use of Textual's private names. Nobody else uses one; a test looks for them.

Private names change without notice. So each function here asks `TextualRepair` first: with another version than the
known one it changes nothing, the program runs without the repair, and `refund-tui doctor` says so. `repairs` is
imported only behind that check, since its imports may fail with another version.

- `version`: the known version, and what is missing without each repair
- `repairs`: the changes themselves
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from refund_tui.tui.terminal.textual_inside.version import TextualRepair, is_known

if TYPE_CHECKING:
    from textual.app import App

    from refund_tui.tui.terminal.cell_diff import Frame


def repair_textual() -> None:
    """Make the repairs that hold for the whole process."""
    if not is_known():
        return
    from refund_tui.tui.terminal.textual_inside import repairs

    if TextualRepair.INPUT.on:
        repairs.accept_wrong_bytes()
    if TextualRepair.QUEUE.on:
        repairs.queue_output_without_limit()
    if TextualRepair.RENDER.on:
        repairs.render_only_what_changed()


@contextmanager
def drawing_on(descriptor: int) -> Iterator[None]:
    """Have Textual draw on this descriptor.

    By itself it draws on standard error. With `2>log` the terminal would stay black while its keys still count. Under
    LC_ALL=C or PYTHONIOENCODING one sign would be encoded as an escape of several characters, and move all behind it.
    """
    if not TextualRepair.OUTPUT.on:
        yield
        return
    from refund_tui.tui.terminal.textual_inside.repairs import TerminalOutput

    before = sys.__stderr__
    sys.__stderr__ = TerminalOutput(descriptor)  # type: ignore[misc, assignment]
    try:
        yield
    finally:
        sys.__stderr__ = before  # type: ignore[misc]


def send_only_changed_cells(app: App[int], frame: Frame) -> None:
    """Have `app` send what differs from `frame`, which is what the terminal shows."""
    if TextualRepair.CELL_DIFF.on:
        from refund_tui.tui.terminal.textual_inside.repairs import put_before_terminal

        put_before_terminal(app, frame)


def end_without_source(app: App[int], exit_code: int, keep: Callable[[str], None]) -> None:
    """When `app` fails, hand the traceback to `keep` and print nothing. Textual's own page shows variables' values."""
    if TextualRepair.CRASH.on:
        from refund_tui.tui.terminal.textual_inside.repairs import end_without_source as repair

        repair(app, exit_code, keep)


def write_to_terminal(app: App[int], sequence: str) -> bool:
    """Write an escape sequence between two pictures; False where that is not possible."""
    if not TextualRepair.CLIPBOARD.on:
        return False
    from refund_tui.tui.terminal.textual_inside.repairs import write_to_terminal as write

    return write(app, sequence)
