"""A Payment service that does what a test tells it, for tests of the desk that are not about the wire."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from refund_tui.core.outcomes import Accepted, Answer, CardAnswer, CardNotFound, Outcome

Behaviour = Callable[[bytes], Awaitable[Outcome]]


def accepted(identifier: str = "REC1") -> Accepted:
    """A plain yes."""
    return Accepted(Answer(status=200, detail="accepted"), identifier)


class ScriptedService:
    """Answers each request by the next of `script`, then always with a yes; keeps the bytes it was sent.

    `card` is what it says of any trip's card.
    """

    card: CardAnswer = CardNotFound()

    def __init__(self, *script: Outcome | Behaviour) -> None:
        self.script = list(script)
        self.requests: list[bytes] = []

    async def refund(self, body: bytes) -> Outcome:
        """What the script says next."""
        self.requests.append(body)
        step = self.script.pop(0) if self.script else accepted()
        return await step(body) if callable(step) else step

    async def transactional_data(self, _store_id: str, _trip_id: str) -> CardAnswer:
        """What it says of the card."""
        return self.card

    async def aclose(self) -> None:
        """Nothing is held."""


def never() -> Behaviour:
    """A request that is never answered."""

    async def hang(_body: bytes) -> Outcome:
        await asyncio.Event().wait()
        raise AssertionError("unreachable")

    return hang
