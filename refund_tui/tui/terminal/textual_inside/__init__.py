"""Owns every use of Textual's private names. No other module may use one; a test checks that.

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
    """Make the repairs for the whole process."""
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
    """Make Textual draw on this descriptor.

    Textual draws on standard error. With `2>log` the screen would stay black, but keys would still work. Under LC_ALL=C
    or PYTHONIOENCODING one sign would be encoded as several characters, and would move the rest of its line.
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
    """Make `app` send only what differs from `frame`, which is what the terminal shows."""
    if TextualRepair.CELL_DIFF.on:
        from refund_tui.tui.terminal.textual_inside.repairs import put_before_terminal

        put_before_terminal(app, frame)


def end_without_source(app: App[int], exit_code: int, keep: Callable[[str], None]) -> None:
    """When `app` fails, pass the traceback to `keep` and print nothing.

    Textual's own page shows the values of variables.
    """
    if TextualRepair.CRASH.on:
        from refund_tui.tui.terminal.textual_inside.repairs import end_without_source as repair

        repair(app, exit_code, keep)


def write_to_terminal(app: App[int], sequence: str) -> bool:
    """Write an escape sequence between two frames. False if that is not possible."""
    if not TextualRepair.CLIPBOARD.on:
        return False
    from refund_tui.tui.terminal.textual_inside.repairs import write_to_terminal as write

    return write(app, sequence)
