"""Owns how a row of cells is laid out in fixed columns: widths, alignment, truncation. Never uses a widget."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from rich.cells import cell_len

from refund_tui.core.text import clusters, visible

Tone = Literal["", "dim", "good", "bad", "warn", "accent", "strong"]
"""The meaning of a cell. The theme decides its colour."""

Cell = str | tuple[str, Tone]
Run = tuple[str, Tone]

MARK, NO_MARK = "›", " "
"""The text before the row with the cursor, and before other rows. The cursor is never shown by colour alone."""

BOTH_ENDS = 13
"""The fewest cells in which the beginning and the end of an id still tell which one it is."""


@dataclass(frozen=True, slots=True)
class Column:
    """`width` in cells, 0 for the rest of the line. `right` aligns to the right, for amounts.

    If the line has more room, a column grows up to `most` cells, the first column first. It is shown only if the list
    is at least `above` cells wide. A text that is too long is cut at its end; with `ends`, in its middle if it has room
    for both, because ids differ at both ends.
    """

    title: str
    width: int
    most: int = 0
    right: bool = False
    above: int = 0
    ends: bool = False


def fit(text: str, width: int, *, right: bool = False, ends: bool = False) -> str:
    """`text` in exactly `width` cells: padded, or cut with an ellipsis, never in the middle of a wide character."""
    size = cell_len(text)
    if size > width:
        return _cut(text, width, width // 3 if ends and width >= BOTH_ENDS else 0) if width > 0 else ""
    return " " * (width - size) + text if right else text + " " * (width - size)


def _cut(text: str, width: int, kept: int) -> str:
    """The beginning and at most `kept` cells of the end, with an ellipsis for the rest."""
    parts, end = clusters(text), ""
    while parts and cell_len(parts[-1] + end) <= kept:
        end = parts.pop() + end
    beginning, room = "", width - 1 - cell_len(end)
    for part in parts:
        if cell_len(beginning + part) > room:
            break
        beginning += part
    return beginning + " " * (room - cell_len(beginning)) + "…" + end


def lay_out(columns: Sequence[Column], cells: Sequence[Cell], width: int, mark: str = NO_MARK) -> tuple[Run, ...]:
    """The row as texts of one tone each, `width` cells in all."""
    runs: list[Run] = [(mark, "")]
    before: Column | None = None
    for column, cell, wide in zip(columns, cells, _widths(columns, width), strict=True):
        if wide:
            run: Run = (cell, "") if isinstance(cell, str) else cell
            told = fit(visible(run[0]), wide, right=column.right, ends=column.ends)
            runs += [(" " * _gap(before, column), ""), (told, run[1])]
            before = column
    used = sum(cell_len(text) for text, _ in runs)
    return _joined([*runs, (" " * (width - used), "")])


def _widths(columns: Sequence[Column], width: int) -> list[int]:
    """The width of each column in cells, 0 for a hidden one. On a narrow line the last columns are cut."""
    shown = [column for column in columns if width >= column.above]
    left, gaps = width - len(NO_MARK), sum(_gap(*pair) for pair in pairwise(shown))
    spare = max(0, left - sum(column.width for column in shown) - gaps)
    share, widths = spare // max(1, sum(1 for column in shown if not column.width)), []
    before: Column | None = None
    for column in columns:
        grown = min(spare, max(0, column.most - column.width)) if column in shown else 0
        spare -= grown
        gap = _gap(before, column)
        wide = max(0, min(column.width + grown or share, left - gap)) if column in shown else 0
        if wide:
            before, left = column, left - gap - wide
        widths.append(wide)
    return widths


def _gap(before: Column | None, column: Column) -> int:
    """The blanks between two columns: a text right after an amount would be read as a part of it."""
    if before is None:
        return 0
    return 2 if before.right and not column.right else 1


def _joined(runs: Iterable[Run]) -> tuple[Run, ...]:
    """Join neighbours of the same tone; drop empty ones."""
    joined: list[Run] = []
    for text, tone in runs:
        if joined and joined[-1][1] == tone:
            joined[-1] = (joined[-1][0] + text, tone)
        elif text:
            joined.append((text, tone))
    return tuple(joined)
