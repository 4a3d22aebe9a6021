"""Random clerks at two real terminals: `python -m tests.day.random_terminals --seed N --steps M`.

Keys are drawn from a seed, errands likelier than single keys, on either terminal; both have one ledger, and the service
fails now and then. After each step the oracle reads both screens, and the ledger is compared with the service's books.
A failure shows the seed and the keys so far. The clock is the host's, so that a seed repeats the keys, not each moment.
"""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path

from tests.day.random_clerks import AMOUNTS, KEYS, given
from tests.day.terminals import GRACE, Clerk, Terminals, terminals

FAULTS: tuple[dict[str, object] | None, ...] = (
    None, None, {"status": 429, "retryAfter": "1"}, {"drop": "after"}, {"drop": "before"}, {"status": 500},
    {"status": 503, "retryAfter": "1"}, {"status": 400}, {"status": 403}, {"status": 500, "execute": True},
)  # fmt: skip
SIZES = ((80, 24), (120, 36), (200, 50))
RECEIPTS = [f"R-10{n:02d}" for n in (1, 2, 3, 11, 12, 13, 14)] + [f"R-20{n:02d}" for n in range(1, 12)]


class RandomClerks:
    """Chooses the next action at random. `log` is what was done."""

    def __init__(self, both: Terminals, seed: int) -> None:
        self._both, self._chance = both, random.Random(seed)
        self.log: list[str] = []

    def step(self) -> None:
        """Do something at one terminal or at the service, and look at both screens."""
        chance, clerk = self._chance.random(), self._chance.choice((self._both.ana, self._both.ben))
        if chance < 0.5:
            self._errand(clerk)
        elif chance < 0.9:
            self._press(clerk, *self._chance.choices(KEYS, k=self._chance.randint(1, 3)))
        else:
            fault = self._chance.choice(FAULTS)
            self.log.append(f"the service: {fault}")
            self._both.shop.answers(*([fault] if fault else []))
        self._both.look()

    def _errand(self, clerk: Clerk) -> None:
        """Refund a known trip. Sometimes the clerk stops before the end."""
        amount = self._chance.choice(AMOUNTS)
        keys = ["f2", "ctrl+u", self._chance.choice(RECEIPTS), "enter", amount, "enter", "1", "f10", "", "y"]
        if self._chance.random() < 0.3:
            keys = keys[: self._chance.randint(1, len(keys))]
        self._press(clerk, *keys)

    def _press(self, clerk: Clerk, *keys: str) -> None:
        for key in keys:
            if key:
                self.log.append(f"{clerk.name}:{key}")
                clerk.press(key)
            else:
                clerk.session.listen(GRACE)


def play(folder: Path, seed: int, steps: int) -> list[str]:
    """Play `steps` steps. What was done. Raises AssertionError with the seed and the keys so far."""
    with terminals(folder, size=random.Random(seed).choice(SIZES), fields_are_typed=True) as both:
        clerks = RandomClerks(both, seed)
        try:
            for _ in range(steps):
                clerks.step()
            for clerk in (both.ana, both.ben):
                assert clerk.session.process.poll() is None, f"the terminal of {clerk.name} has ended"
            assert both.truth.refunds, "nothing was refunded"
        except Exception as error:
            raise AssertionError(f"seed {seed}, after: {' '.join(clerks.log)}\n{error}") from error
        return clerks.log


def main() -> int:
    """Play one seed, and say what was done."""
    seed, steps = given(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        print(" ".join(play(Path(folder), seed, steps)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
