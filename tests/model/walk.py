"""Owns the walk through every history up to a bounded length.

Histories that reach the same situation continue together and are all counted, because only the situation matters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.model.laws import broken
from tests.model.steps import steps
from tests.model.world import World


@dataclass(slots=True)
class Tally:
    """The counts of a walk: complete `histories`, those that broke a law (they end there), a shortest example of each.

    `situations` are the distinct situations, `moves` the distinct steps between them. `twice` counts the histories in
    which money moved twice after a person asked again after the horizon, despite the warning.
    """

    histories: int = 0
    violations: Counter[str] = field(default_factory=Counter)
    broken: int = 0
    examples: dict[str, tuple[str, ...]] = field(default_factory=dict)
    situations: int = 0
    moves: int = 0
    twice: int = 0


Path = tuple[str, "Path"] | None
_Moves = list[tuple[str, World, tuple[str, ...]]]


def walk(start: World, length: int) -> Tally:
    """Every history of at most `length` steps from `start`."""
    tally, known = Tally(), dict[World, _Moves]()
    front: dict[World, tuple[int, Path]] = {start: (1, None)}
    for _ in range(length):
        front = _onward(front, known, tally)
    for world, (count, _path) in front.items():
        _end(tally, world, count)
    tally.situations = len(known.keys() | front.keys())
    tally.moves = sum(map(len, known.values()))
    return tally


def after(names: Sequence[str], start: World) -> World:
    """The situation that the steps called `names` lead to."""
    for name in names:
        start = next(step.world for step in steps(start) if step.name == name)
    return start


def _onward(
    front: dict[World, tuple[int, Path]], known: dict[World, _Moves], tally: Tally
) -> dict[World, tuple[int, Path]]:
    ahead: dict[World, tuple[int, Path]] = {}
    for world, (count, path) in front.items():
        moves = known.get(world)
        if moves is None:
            moves = known[world] = [(step.name, step.world, broken(world, step)) for step in steps(world)]
        if not moves:
            _end(tally, world, count)
        for name, after, laws in moves:
            if laws:
                _break(tally, laws, count, (name, path))
            else:
                others, first = ahead.get(after, (0, (name, path)))
                ahead[after] = (others + count, first)
    return ahead


def _end(tally: Tally, world: World, count: int) -> None:
    tally.histories += count
    tally.twice += count if world.moved > 1 else 0


def _break(tally: Tally, laws: tuple[str, ...], count: int, path: Path) -> None:
    tally.histories += count
    tally.broken += count
    for law in laws:
        tally.violations[law] += count
        tally.examples.setdefault(law, _told(path))


def _told(path: Path) -> tuple[str, ...]:
    names: list[str] = []
    while path is not None:
        name, path = path
        names.append(name)
    return tuple(reversed(names))
