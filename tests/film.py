"""Draws the animated picture: a refund that waits after a 429, from the search to the reconciliation id.

It is an SVG that plays in a browser. Where animation is not supported or not wanted, it shows the frame of the wait.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from refund_tui.core.outcomes import Answer, RateLimited
from tests.flows.stage import Stage, program
from tests.gallery import drafts_unsaved, drawn

NAME = "refund-waits-out-a-429.svg"
SECONDS = 2.5
"""The seconds of each frame."""

STILL = 4
"""The frame that is shown without animation."""

CAPTION = 44
"""The height of the caption, in the units of the picture."""

WAIT = 12.0
LIMITED = RateLimited(Answer(429, "the service takes no more requests for now (429)"), WAIT)


async def _play(stage: Stage) -> list[tuple[str, str]]:
    """Each frame with its caption."""
    frames = []

    async def frame(words: str) -> None:
        await stage.reread()
        frames.append((words, drawn(stage)))

    await stage.press("R-1004")
    await stage.until("1 trip")
    await frame("Type what the shopper knows: a receipt. Enter opens its refund.")
    await stage.press("enter")
    await stage.until("Amount")
    await stage.press("5.00", "tab", "1")
    await frame("The amount, Tab, one digit for the reason. F10 asks.")
    await stage.press("f10")
    await stage.until("go back")
    stage.clock.advance(1)
    await frame("The question repeats everything. y refunds it.")
    await stage.press("y")
    await stage.until("WAITING")
    await frame("The service takes no more requests: 429, Retry-After 12. The refund is on disk.")
    stage.clock.advance(5)
    await stage.until("00:07")
    await frame("The countdown runs here and in every other terminal on the host; nobody has to stay.")
    stage.clock.advance(WAIT)
    stage.desk.wake()
    await stage.until("ACCEPTED")
    await frame("The same bytes, with the same idempotency key, went again: accepted, once.")
    return frames


async def film() -> str:
    """The animated picture, as an SVG without external resources."""
    with tempfile.TemporaryDirectory() as folder, drafts_unsaved():
        async with program(Path(folder), LIMITED, seen="R-1001") as stage:
            frames = await _play(stage)
    width, height = map(float, re.findall(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', frames[0][1])[0])
    parts = [_frame(number, words, svg, (width, height)) for number, (words, svg) in enumerate(frames)]
    return (
        f'<svg viewBox="0 0 {width} {height + CAPTION}" xmlns="http://www.w3.org/2000/svg">\n'
        f"<style>\n{_timing(len(frames))}</style>\n{''.join(parts)}</svg>\n"
    )


def _frame(number: int, words: str, svg: str, size: tuple[float, float]) -> str:
    """One screenshot with its caption. Its ids get a prefix, because all frames are in one document."""
    width, height = size
    own = re.sub(r"\bterminal-", f"f{number}-", svg)
    own = own.replace('class="rich-terminal"', f'width="{width}" height="{height}"')
    return (
        f'<g class="frame" id="frame{number}">\n{own}\n'
        f'<text x="8" y="{height + CAPTION - 14}" font-family="DejaVu Sans, Arial, sans-serif" font-size="20" '
        f'fill="#7a8594">{number + 1}. {words}</text>\n</g>\n'
    )


def _timing(many: int) -> str:
    """The style that shows one frame after another, in a loop; without animation only STILL."""
    share = 100 / many
    rules = [f".frame {{ visibility: hidden }}\n#frame{STILL} {{ visibility: visible }}\n"]
    for number in range(many):
        start, end = share * number, share * (number + 1)
        before = f"0% {{ visibility: hidden }} {start:.2f}% {{ visibility: visible }}" if number else (
            "0% { visibility: visible }"
        )  # fmt: skip
        after = f" {end:.2f}%, 100% {{ visibility: hidden }}" if number + 1 < many else " 100% { visibility: visible }"
        rules.append(f"@keyframes play{number} {{ {before}{after} }}\n")
    plays = "".join(
        f"#frame{number} {{ animation: play{number} {SECONDS * many}s step-end infinite }}\n" for number in range(many)
    )
    return "".join(rules) + f"@media (prefers-reduced-motion: no-preference) {{\n{plays}}}\n"
