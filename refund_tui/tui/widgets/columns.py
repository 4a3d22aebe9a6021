"""Owns how a row of cells is laid out in fixed columns: widths, alignment, truncation. Never uses a widget."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from rich.cells import cell_len

from refund_tui.core.text import clusters, visible

Tone = Literal["", "dim", "good", "bad", "warn", "accent", "strong"]
"""The meaning of a cell. The theme decides its colour."""

Cell = str | tuple[str, Tone]
Run = tuple[str, Tone]

MARK, NO_MARK = "›", " "
"""The text before the row with the cursor, and before other rows. The cursor is never shown by colour alone."""


@dataclass(frozen=True, slots=True)
class Column:
    """`width` in cells, 0 for the rest of the line. `right` aligns to the right, for amounts.

    If the line has more room, a column grows up to `most` cells, the first column first. It is shown only if the list
    is at least `above` cells wide. A text that is too long is cut at its end; with `ends`, in its middle, because ids
    differ at both ends.
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
        return _cut(text, width, width // 3 if ends else 0) if width > 0 else ""
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
    for number, (column, cell, wide) in enumerate(zip(columns, cells, _widths(columns, width), strict=True)):
        if wide:
            run: Run = (cell, "") if isinstance(cell, str) else cell
            told = fit(visible(run[0]), wide, right=column.right, ends=column.ends)
            runs += [(" " if number else "", ""), (told, run[1])]
    used = sum(cell_len(text) for text, _ in runs)
    return _joined([*runs, (" " * (width - used), "")])


def _widths(columns: Sequence[Column], width: int) -> list[int]:
    """The width of each column in cells, 0 for a hidden one. On a narrow line the last columns are cut."""
    shown = [column for column in columns if width >= column.above]
    width -= len(NO_MARK)
    spare = max(0, width - sum(column.width + 1 for column in shown) + 1)
    share, left, widths = spare // max(1, sum(1 for column in shown if not column.width)), width, []
    for column in columns:
        grown = min(spare, max(0, column.most - column.width)) if column in shown else 0
        spare -= grown
        wide = min(column.width + grown or share, left) if column in shown else 0
        left = max(0, left - wide - 1) if wide else left
        widths.append(max(0, wide))
    return widths


def _joined(runs: Iterable[Run]) -> tuple[Run, ...]:
    """Join neighbours of the same tone; drop empty ones."""
    joined: list[Run] = []
    for text, tone in runs:
        if joined and joined[-1][1] == tone:
            joined[-1] = (joined[-1][0] + text, tone)
        elif text:
            joined.append((text, tone))
    return tuple(joined)
