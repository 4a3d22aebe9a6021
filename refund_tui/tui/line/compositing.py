"""Owns one repair of Textual's compositor: for a line that changed only what stands on that line is rendered again.

As shipped everything is that shares its clip, some twenty widgets for a digit; what is shown is the same.
"""

from __future__ import annotations

from collections.abc import Iterable

from textual._compositor import Compositor
from textual.geometry import Region
from textual.strip import Strip

from refund_tui.tui.line.version import is_known


def render_only_what_changed() -> None:
    """Make the repair, for the whole process."""
    if is_known():
        Compositor._get_renders = _get_renders  # type: ignore[method-assign]


def _get_renders(self: Compositor, crop: Region | None = None) -> Iterable[tuple[Region, Region, list[Strip]]]:
    """Region, clip and strips of each widget seen within `crop`, as the compositor wants them."""
    for widget, (region, clip) in self.visible_widgets.items():
        seen = region.intersection(clip)
        if seen and (crop is None or crop.overlaps(seen)):
            part = Region(seen.x - region.x, seen.y - region.y, seen.width, seen.height)
            yield region, clip, widget.render_lines(part)
