"""Owns the repairs of how Textual lays out and composes a screen: what changed is rendered again, and only that.

By itself Textual renders everything that shares a clip with a changed line: some twenty widgets for one digit. And a
text that changes while a layout is already asked for can keep the height of the text before it, until the next layout.
"""

from __future__ import annotations

from collections.abc import Iterable

from textual._compositor import Compositor
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

_clear_cached_dimensions = Widget.clear_cached_dimensions


def render_only_what_changed() -> None:
    """Make the repairs, for the whole process."""
    Compositor._get_renders = _get_renders  # type: ignore[method-assign]
    Widget.clear_cached_dimensions = _clear_all_dimensions  # type: ignore[method-assign]


def _clear_all_dimensions(self: Widget) -> None:
    """Clear the cached box too: Textual keeps it where a layout was already asked for."""
    _clear_cached_dimensions(self)
    self._box_model_cache.clear()


def _get_renders(self: Compositor, crop: Region | None = None) -> Iterable[tuple[Region, Region, list[Strip]]]:
    """Region, clip and strips of each widget that is seen within `crop`, as the compositor wants them."""
    for widget, (region, clip) in self.visible_widgets.items():
        seen = region.intersection(clip)
        if seen and (crop is None or crop.overlaps(seen)):
            part = Region(seen.x - region.x, seen.y - region.y, seen.width, seen.height)
            yield region, clip, widget.render_lines(part)
