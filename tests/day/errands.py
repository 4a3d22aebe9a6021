"""Ten common errands at the counter: their keys, how many they may be, and how many version 0.1.0 took.

An amount that is typed is not counted. The README shows the table; `test_keystrokes.py` presses the keys.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from refund_tui.tui.commands import key_label
from tests.flows.stage import FORBIDDEN, LIMITED, NAMED_KEYS, Stage, Step

AMOUNT = "5.00"
FIVE_DAYS = 5 * 86_400

Start = Callable[[Stage], Awaitable[None]]


class Errand(NamedTuple):
    """`start` leads to where it begins; `seen` is on the screen at its end. `script` is what the service answers."""

    what: str
    keys: tuple[str, ...]
    most: int
    before: int
    """Keys of version 0.1.0, counted by pressing them there."""
    seen: str
    start: Start
    script: tuple[Step, ...] = ()

    @property
    def cost(self) -> int:
        """Its keys, without those of the amount."""
        return sum(1 if key in NAMED_KEYS else len(key) for key in self.keys if key != AMOUNT)

    @property
    def shown(self) -> str:
        """Its keys as a person writes them."""
        labels = {"tab": "Tab", "shift+tab": "Shift+Tab"}
        named = (key_label(key) if key in NAMED_KEYS or key.startswith("ctrl+") else key for key in self.keys)
        return " ".join("*amount*" if key == AMOUNT else f"`{labels.get(key, key)}`" for key in named)


async def _lookup(_stage: Stage) -> None:
    """The program as it begins."""


async def _search(stage: Stage) -> None:
    await stage.press("5100")
    await stage.until("1 trip")


async def _form(stage: Stage) -> None:
    await stage.open("R-1001")
    await stage.press("7.30", "enter", "2")


async def _accepted(stage: Stage) -> None:
    await stage.refund("R-1001", AMOUNT)
    await stage.until("● ACCEPTED")


async def _last_week(stage: Stage) -> None:
    await _accepted(stage)
    await stage.refund("R-1004", "4.00")
    await stage.until("4.00 EUR   ●")
    stage.clock.advance(FIVE_DAYS)
    await stage.press("f2")


async def _detail(stage: Stage) -> None:
    await _last_week(stage)
    await stage.press("f4")
    await stage.until("2 refunds")
    await stage.press("home", "enter")
    await stage.until("4.00 EUR   ●")


async def _waiting(stage: Stage) -> None:
    await stage.refund("R-1001", AMOUNT)
    await stage.until("◔ WAITING")


async def _blocked(stage: Stage) -> None:
    await stage.refund("R-1001", AMOUNT)
    await stage.until("■ BLOCKED")


_ASK = ("1", "f10", "y")

ERRANDS = (
    Errand("refund an amount; the trip is found by its card", ("4242", "enter", AMOUNT, "enter", *_ASK), 10, 9,
           f"{AMOUNT} EUR   ● ACCEPTED", _lookup),
    Errand("refund one article", ("com", "enter", "f7", "space", *_ASK), 9, 13, "9.88 EUR   ● ACCEPTED", _lookup),
    Errand("refund all that is left", ("com", "enter", "f5", *_ASK), 8, 9, "13.79 EUR   ● ACCEPTED", _lookup),
    Errand("find last week's refund by its card", ("f4", "/", "4242", "enter", "enter"), 8, 13,
           f"{AMOUNT} EUR   ● ACCEPTED", _last_week),
    Errand("open the next shopper's trip after a search", ("f2", "4242", "enter"), 6, 7, "of 18.40 EUR left", _search),
    Errand("leave a form and come back to it", ("f2", "f3"), 2, 2, "7.30", _form),
    Errand("read the refund before, from one that is shown", ("n",), 1, 3, f"{AMOUNT} EUR   ● ACCEPTED", _detail),
    Errand("write the receipt of a new refund to a file", ("ctrl+r", "w"), 2, 2, "The receipt was written", _accepted),
    Errand("cancel a refund that waits", ("f9", "y"), 2, 2, "– CANCELLED", _waiting, (LIMITED,)),
    Errand("let all that is BLOCKED go on after a repair", ("f4", "g", "y"), 3, 3, "● ACCEPTED", _blocked,
           (FORBIDDEN,)),
)  # fmt: skip
