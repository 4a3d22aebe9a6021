"""Owns how far one exchange has come: whom it talks to, and whether bytes of the request may have left this host.

This is the only place that knows it. A failure, a deadline and a cancellation all ask here. Loads no httpx.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum


class Stage(IntEnum):
    """How far an exchange has come, in order. Only at SENT may bytes of the request have left."""

    PROXY = 0
    """The proxy is looked up, or a connection to it is made."""
    TUNNEL = 1
    """The proxy was asked for a connection to the service (CONNECT)."""
    SERVICE = 2
    """The service is looked up, or a connection to it is made, or its TLS is agreed inside a proxy's tunnel."""
    SENT = 3


_TLS_IN_TUNNEL = "proxy.start_tls.started"

_SENDS_NOTHING = ("connection.", "proxy.", "http11.response_closed.")
"""Prefixes of httpcore's trace events that come before any byte of the request, or when all is over."""


@dataclass(slots=True)
class Progress:
    """The progress of one request. `late` is whether its deadline has passed by one of the clocks."""

    stage: Stage
    late: Callable[[], bool]

    @property
    def sent(self) -> bool:
        """Whether bytes of the request may have left this host."""
        return self.stage is Stage.SENT

    async def trace(self, event: str, about: Mapping[str, object]) -> None:
        """Receive httpcore's trace events. An event that is not known counts as the begin of the request.

        Raises TimeoutError before the first byte of a request that is late: asyncio's timeout does not count the time
        for which the host was suspended.
        """
        reached = _stage(event, about) if event.endswith(".started") else None
        if reached is None or reached <= self.stage:
            return
        if reached is Stage.SENT and self.late():
            raise TimeoutError
        self.stage = reached


def _stage(event: str, about: Mapping[str, object]) -> Stage | None:
    """The stage that begins with an event, None if none does."""
    if event == _TLS_IN_TUNNEL:
        return Stage.SERVICE
    if event.startswith(_SENDS_NOTHING):
        return None
    asks_proxy = getattr(about.get("request"), "method", None) == b"CONNECT"
    return Stage.TUNNEL if asks_proxy else Stage.SENT
