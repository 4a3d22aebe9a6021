"""Clerks at real terminals on one ledger: keys go in as bytes, and the oracle reads the cells that come out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tests.day.oracle import untruths
from tests.day.seen import Screen
from tests.day.shop import Shop, import_trips
from tests.day.truth import Truth
from tests.flows.stage import NAMED_KEYS
from tests.terminal.program import PROGRAM, settings
from tests.terminal.pty_session import PATIENCE, PtySession

WITHIN = 2.0
"""Seconds in which every screen follows the ledger."""
QUIET = 0.15
GRACE = 0.6
"""Seconds until a question accepts its keys."""

HERE = ("STORE-001",)


class Clerk:
    """One clerk at one terminal. `typed` is what was typed. `fields_are_typed`: it is not known."""

    def __init__(self, name: str, session: PtySession, folder: Path, *, fields_are_typed: bool) -> None:
        self.name, self.session = name, session
        self._folder, self._fields_are_typed = folder, fields_are_typed
        self.typed: set[str] = set(HERE)

    def press(self, *keys: str) -> None:
        """Press keys, each by its name, or type a word; each is handled before the next."""
        for key in keys:
            if key in NAMED_KEYS:
                self.session.press(key)
            else:
                self.typed.add(key)
                self.session.send(key)
            self.session.settle(quiet=QUIET)

    def sees(self, words: str) -> None:
        """Wait until the words are on the screen, also if they are wrapped."""
        self.session.wait_for(lambda screen: words in " ".join(screen.split()))

    def untruths(self) -> list[str]:
        """The untrue statements on the present screen."""
        while self.session.pump():
            pass
        truth = Truth.read(self._folder, UTC)
        return untruths(Screen(self.session.text, truth, datetime.now(UTC), self.typed, self._fields_are_typed))

    def look(self) -> None:
        """Check that the screen is true within two seconds.

        Raises AssertionError with the untrue statements and the screen.
        """
        begun = last = time.monotonic()
        lost = 0.0
        while found := self.untruths():
            assert last - begun - lost <= WITHIN, "\n".join([f"{self.name} sees:", *found, self.session.text])
            assert last - begun <= PATIENCE
            self.session.pump(0.05)
            lost += max(0.0, time.monotonic() - last - 0.2)
            last = time.monotonic()


class Terminals:
    """Two clerks, ana and ben, and the shop. After each step both screens are compared."""

    def __init__(self, shop: Shop, folder: Path, *clerks: Clerk) -> None:
        self.shop, self._folder = shop, folder
        self.ana, self.ben = clerks

    @property
    def truth(self) -> Truth:
        """The data on disk."""
        return Truth.read(self._folder, UTC)

    def look(self) -> None:
        """Both screens agree with the ledger, and the ledger with the books."""
        for clerk in (self.ana, self.ben):
            clerk.look()
        assert self.shop.disagreements(self.truth) == []

    def do(self, clerk: Clerk, *keys: str, sees: str = "") -> None:
        """One clerk presses keys; both screens are looked at after each."""
        for key in keys:
            clerk.press(key)
            self.look()
        if sees:
            clerk.sees(sees)
            self.look()

    def opens(self, clerk: Clerk, find: str) -> None:
        """From anywhere to the form."""
        clerk.typed = set(HERE)
        self.do(clerk, "f2", find, sees="1 trip")
        self.do(clerk, "enter", sees="Amount")

    def says(self, clerk: Clerk, key: str = "y", *, sees: str) -> None:
        """Answer the question when its keys are accepted."""
        clerk.session.listen(GRACE)
        self.do(clerk, key, sees=sees)

    def serves(self, clerk: Clerk, find: str, *keys: str, sees: str = "● ACCEPTED") -> None:
        """One shopper, from anywhere to the end of the refund."""
        self.opens(clerk, find)
        self.do(clerk, *keys, "f10", sees="go back")
        self.says(clerk, sees=sees)

    def until_disk(self, holds: Callable[[Truth], bool]) -> None:
        """Wait until the ledger is so, and look."""
        end = time.monotonic() + PATIENCE
        while not holds(self.truth):
            assert time.monotonic() < end, "the ledger never came to be so"
            self.ana.session.pump(0.05)
        self.look()


@contextmanager
def terminals(folder: Path, *, size: tuple[int, int] = (80, 24), fields_are_typed: bool = False) -> Iterator[Terminals]:
    """The shop of today and two terminals, each with Lookup ready."""
    data, now = folder / "data", datetime.now(UTC)
    data.mkdir(mode=0o700)
    import_trips(data, now, samples=True)
    with ExitStack() as stack:
        shop = stack.enter_context(Shop(folder, now))
        clerks = []
        for name in ("ana", "ben"):
            env = {**settings(folder, shop.url), "REFUND_TUI_CLERK": name}
            session = stack.enter_context(PtySession(PROGRAM, size=size, env=env))
            session.wait_for(lambda screen: "25 trips" in screen and "R-1001" in screen)
            clerks.append(Clerk(name, session, data, fields_are_typed=fields_are_typed))
        yield Terminals(shop, data, *clerks)
