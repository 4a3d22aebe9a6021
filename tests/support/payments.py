"""A client towards a raw server, with the least of everything, for tests of payments on real sockets."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from refund_tui.core.outcomes import Doubt, Outcome, Uncertain
from refund_tui.payments.client import PaymentClient
from tests.support.raw import Script, answer, raw_server

BODY = b'{"storeId":"S","shoppingTripId":"T","amount":{"amount":25.99,"code":"USD"}}'
YES = answer("200", '{"reconciliationId":"REC1"}', "Content-Type: application/json")
SHORT = 0.25
"""A deadline in seconds, where running into it is the point."""

PATIENCE = 20.0
"""Real seconds after which a test gives up on a client that does not end by itself."""

TRUSTS_NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For plain HTTP, so that not every test loads the world's certificates."""


@asynccontextmanager
async def talking_to(
    url: str, deadline: float = 10.0, context: ssl.SSLContext = TRUSTS_NOBODY, proxy: str | None = None
) -> AsyncIterator[PaymentClient]:
    """A client of the service at `url`."""
    async with PaymentClient(url, deadline=deadline, context=context, proxy=proxy) as client:
        yield client


async def sent(script: Script | bytes, deadline: float = 10.0) -> Outcome:
    """What became of one refund sent to a server that does as `script` says."""
    async with raw_server(script) as server, talking_to(server.url, deadline) as client:
        async with asyncio.timeout(PATIENCE):
            outcome = await client.refund(BODY)
        assert server.connections <= 1, "a request is never repeated by itself"
        return outcome


def doubt(outcome: Outcome) -> Doubt:
    """Why it is not known; fails where it is said to be known."""
    assert isinstance(outcome, Uncertain), outcome
    assert "may have been executed" in outcome.answer.detail
    return outcome.doubt
