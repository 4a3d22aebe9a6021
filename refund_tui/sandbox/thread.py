"""Owns a sandbox in a thread with its own event loop, for programs and tests that do other work at the same time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from refund_tui.sandbox.books import Books, utc_now
from refund_tui.sandbox.catalogue import Catalogue, ServiceTrip
from refund_tui.sandbox.script import Script
from refund_tui.sandbox.server import PaymentServer
from refund_tui.sandbox.service import PaymentService

_TIMEOUT = 10.0


class SandboxThread:
    """A Payment service that listens from `start` (or `with`) until `stop`. Its accounts can be read at any time."""

    def __init__(
        self,
        *,
        trips: Iterable[ServiceTrip] = (),
        any_trip: bool = False,
        script: Script | None = None,
        journal: Path | None = None,
        key_memory: float | None = None,
        port: int = 0,
        wall: Callable[[], datetime] = utc_now,
    ) -> None:
        """`port` 0 means any free port; `key_memory` is in seconds; `wall` is its clock. Raises JournalError."""
        catalogue = Catalogue(trips, any_trip)
        self.books = Books(ceilings=catalogue.ceilings(), journal=journal, key_memory=key_memory, wall=wall)
        self._service = PaymentService(self.books, catalogue, script)
        self._server = PaymentServer(self._service)
        self._asked_port = port
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end: asyncio.Event | None = None
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """The port it listens on, once started."""
        return self._server.port

    @property
    def url(self) -> str:
        """The base URL that a client is configured with, once started."""
        return self._server.url

    def start(self) -> Self:
        """Return once the service listens. Raises PortTaken."""
        ready: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, args=(ready,), name="sandbox", daemon=True)
        self._thread.start()
        try:
            ready.result(_TIMEOUT)
        except BaseException:
            self.stop()
            raise
        return self

    def play(self, script: Script) -> None:
        """Replace the rest of the fault script, from the next request on."""
        self._service.play(script)

    def stop(self) -> None:
        """Close every connection, end the thread and close the journal. A second call does nothing."""
        if self._loop is not None and self._end is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._end.set)
        if self._thread is not None:
            self._thread.join(_TIMEOUT)
        self.books.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self, ready: Future[None]) -> None:
        try:
            asyncio.run(self._serve(ready))
        except BaseException as error:
            if ready.done():
                raise
            ready.set_exception(error)

    async def _serve(self, ready: Future[None]) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        await self._server.start(self._asked_port)
        ready.set_result(None)
        await self._end.wait()
        await self._server.stop()
