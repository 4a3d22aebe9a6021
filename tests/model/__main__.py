"""`python -m tests.model [LENGTH]`: walk every history, then break each rule in turn, and print the counts."""

from __future__ import annotations

import sys
import time

from tests.model.mutant import MUTANTS
from tests.model.starts import STARTS, mutant_tally
from tests.model.walk import Tally, walk


def main() -> int:
    """Exit code 0 if every law held in every history, and every mutant was found."""
    length = int(sys.argv[1]) if len(sys.argv) > 1 else 6
    good = True
    print(f"every history of at most {length} further steps")
    for name, start in STARTS.items():
        began = time.monotonic()
        tally = walk(start, length)
        good = good and not tally.broken
        print(f"  from {name}: {_told(tally)}, {time.monotonic() - began:.0f} s", flush=True)
    print("rules broken on purpose: histories that a law then catches, and the shortest")
    for mutant in MUTANTS:
        tally = mutant_tally(mutant)
        found = mutant.laws & tally.violations.keys()
        good = good and bool(found)
        print(f"  {mutant.wrong}: {tally.broken:,} of {tally.histories:,}", flush=True)
        for law in sorted(found):
            print(f"    {law}: {', '.join((*mutant.begin, *tally.examples[law]))}")
    print(f"{len(MUTANTS)} mutants; " + ("all is as it must be" if good else "NOT all is as it must be"))
    return 0 if good else 1


def _told(tally: Tally) -> str:
    told = (
        f"{tally.histories:,} histories through {tally.situations:,} situations by {tally.moves:,} different steps; "
        f"{tally.broken:,} broke a law; {tally.twice:,} paid twice after a person asked though warned"
    )
    return "; ".join((told, *(f"{law}: {', '.join(path)}" for law, path in tally.examples.items())))


if __name__ == "__main__":
    sys.exit(main())
