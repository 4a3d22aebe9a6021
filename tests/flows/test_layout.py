"""A widget whose text changes during a layout is as high as its text."""

from __future__ import annotations

import asyncio

from textual.app import App, ComposeResult

from refund_tui.tui.terminal.textual_inside.repairs import render_only_what_changed
from refund_tui.tui.widgets.plain_text import Plain


class OneText(App[None]):
    CSS = "Plain { height: auto; }"

    def compose(self) -> ComposeResult:
        yield Plain("one line")


def test_a_text_that_comes_in_the_middle_of_a_resize_is_shown_whole() -> None:
    async def heights() -> tuple[int, int]:
        app = OneText()
        async with app.run_test(size=(80, 24)) as pilot:
            text = app.query_one(Plain)
            text.refresh(layout=True)
            app.screen._refresh_layout()  # like a resize, before the text was updated
            before = text.size.height
            text.show("three\nlines\nnow")
            await pilot.pause()
            return before, text.size.height

    render_only_what_changed()
    assert asyncio.run(heights()) == (1, 3)
