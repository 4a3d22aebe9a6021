"""A scripted Payment service in the same process, for tests of the desk without a network."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from refund_tui.core.outcomes import Accepted, Answer, CardAnswer, CardNotFound, Outcome

Behaviour = Callable[[bytes], Awaitable[Outcome]]


def accepted(identifier: str = "REC1") -> Accepted:
    """An acceptance."""
    return Accepted(Answer(status=200, detail="accepted"), identifier)


class ScriptedService:
    """Answers each request with the next item of `script`, then always accepts. Keeps the bytes of the requests.

    `card` is its answer about the card of any trip.
    """

    card: CardAnswer = CardNotFound()

    def __init__(self, *script: Outcome | Behaviour) -> None:
        self.script = list(script)
        self.requests: list[bytes] = []

    async def refund(self, body: bytes) -> Outcome:
        """The next answer of the script."""
        self.requests.append(body)
        step = self.script.pop(0) if self.script else accepted()
        return await step(body) if callable(step) else step

    async def transactional_data(self, _store_id: str, _trip_id: str) -> CardAnswer:
        """The answer about the card."""
        return self.card

    async def aclose(self) -> None:
        """Do nothing."""


def never() -> Behaviour:
    """A request that is never answered."""

    async def hang(_body: bytes) -> Outcome:
        await asyncio.Event().wait()
        raise AssertionError("unreachable")

    return hang
