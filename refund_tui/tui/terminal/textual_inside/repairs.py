"""Owns the repairs of Textual's inside: input, output, rendering, and how a failed app ends.

Imported only if Textual has the known version. No repair changes what is shown: without the cell diff the same screen
is drawn with more bytes. Textual alone renders everything that shares a clip with a changed line: about twenty widgets
for one digit.
"""

from __future__ import annotations

import codecs
import io
import os
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from typing import cast

from rich.color import ColorSystem
from rich.console import Console, RenderableType
from textual._compositor import ChopsUpdate, Compositor, CompositorUpdate, LayoutUpdate
from textual.app import App
from textual.drivers import _writer_thread, linux_driver
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from refund_tui.tui.terminal.cell_diff import CellRun, Frame, glyphs_in


class TerminalOutput(io.TextIOBase):
    """The output to the terminal. After the connection is cut, output is dropped.

    An error would end Textual's writing thread. Then its queue would fill up, and the program would hang and ignore
    signals.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._waiting = bytearray()

    def fileno(self) -> int:
        """The terminal's file descriptor."""
        return self._descriptor

    def isatty(self) -> bool:
        """Whether the terminal is still there."""
        return os.isatty(self._descriptor)

    def writable(self) -> bool:
        """Always True: what cannot be written is dropped."""
        return True

    def write(self, text: str, /) -> int:
        """Keep `text` for the next flush."""
        self._waiting += text.encode(errors="replace")
        return len(text)

    def flush(self) -> None:
        """Send what was kept."""
        waiting, self._waiting = self._waiting, bytearray()
        with suppress(OSError):
            while waiting:
                del waiting[: os.write(self._descriptor, waiting)]


def accept_wrong_bytes() -> None:
    """Decode a byte that is not UTF-8 as a replacement character. Without this, it ends Textual's input thread."""
    strict = codecs.getincrementaldecoder
    vars(linux_driver)["getincrementaldecoder"] = lambda name: partial(strict(name), errors="replace")


def queue_output_without_limit() -> None:
    """Queue output that nobody reads. Without this, the 31st write blocks the app, its refunds and its signals."""
    vars(_writer_thread)["MAX_QUEUED_WRITES"] = 0  # no limit: a countdown is 100 bytes a second


def end_without_source(app: App[int], exit_code: int, keep: Callable[[str], None]) -> None:
    """Replace how `app` reports its own fault, and faults of threads and style sheets."""

    def fatal_error() -> None:
        keep("".join(traceback.format_exception(app._exception)))
        app._close_messages_no_wait()

    def panic(*renderables: RenderableType) -> None:
        keep("\n".join(_plain(renderable) for renderable in renderables) or traceback.format_exc())
        app._return_code = exit_code
        app._close_messages_no_wait()

    vars(app).update(_fatal_error=fatal_error, panic=panic)


def _plain(renderable: RenderableType) -> str:
    """A Rich traceback without the values of variables; anything else as text."""
    from rich.traceback import Traceback  # slow to import, and only a crash needs it

    if not isinstance(renderable, Traceback):
        return str(renderable)
    stacks = renderable.trace.stacks
    return "\n".join(
        "\n".join(
            [f"{stack.exc_type}: {stack.exc_value}", *(f"  {f.filename}:{f.lineno} {f.name}" for f in stack.frames)]
        )
        for stack in stacks
    )


def write_to_terminal(app: App[int], sequence: str) -> bool:
    """Write to the app's driver. False if there is none."""
    driver = app._driver
    if driver is None:
        return False
    driver.write(sequence)
    driver.flush()
    return True


_clear_cached_dimensions = Widget.clear_cached_dimensions


def render_only_what_changed() -> None:
    """Make the repairs, for the whole process."""
    Compositor._get_renders = _get_renders  # type: ignore[method-assign]
    Widget.clear_cached_dimensions = _clear_all_dimensions  # type: ignore[method-assign]


def _clear_all_dimensions(self: Widget) -> None:
    """Clear the cached box too: Textual keeps it if a layout was already requested."""
    _clear_cached_dimensions(self)
    self._box_model_cache.clear()


def _get_renders(self: Compositor, crop: Region | None = None) -> Iterable[tuple[Region, Region, list[Strip]]]:
    """Region, clip and strips of each visible widget within `crop`, in the form that the compositor needs."""
    for widget, (region, clip) in self.visible_widgets.items():
        seen = region.intersection(clip)
        if seen and (crop is None or crop.overlaps(seen)):
            part = Region(seen.x - region.x, seen.y - region.y, seen.width, seen.height)
            yield region, clip, widget.render_lines(part)


Update = LayoutUpdate | ChopsUpdate


def put_before_terminal(app: App[int], frame: Frame) -> None:
    """Put the cell diff between `app` and the terminal."""
    textuals_own = app._display

    def display(screen: Screen[object], renderable: RenderableType | None) -> None:
        if isinstance(renderable, LayoutUpdate | ChopsUpdate):
            size = app.size.width, app.size.height
            renderable = cast("RenderableType", CellDiff(renderable, frame, size))
        textuals_own(screen, renderable)

    vars(app)["_display"] = display


class CellDiff(CompositorUpdate):
    """A Textual update that sends only what differs from `frame`. `size` is that of the terminal, in cells."""

    def __init__(self, update: Update, frame: Frame, size: tuple[int, int]) -> None:
        self._update, self._frame, self._size = update, frame, size

    def render_segments(self, console: Console) -> str:
        """The bytes for the terminal."""
        colours = console._color_system or ColorSystem.TRUECOLOR
        strips = _of_layout(self._update) if isinstance(self._update, LayoutUpdate) else _of_chops(self._update)
        return self._frame.write(self._size, (CellRun(x, y, glyphs_in(strip, colours)) for x, y, strip in strips))


def _of_layout(update: LayoutUpdate) -> Iterator[tuple[int, int, Strip]]:
    """Each strip with its first cell."""
    for y, line in enumerate(update.strips, update.region.y):
        yield update.region.x, y, Strip.join(line)


def _of_chops(update: ChopsUpdate) -> Iterator[tuple[int, int, Strip]]:
    """Each part of a line in a partial update, with its first cell."""
    for y, left, right in update.spans:
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is not None and x <= right and end > left:
                whole = left <= x < right and end <= right
                yield x, y, strip if whole else strip.crop(0, min(end, right) - x)
