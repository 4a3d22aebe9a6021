"""A host on which the page `installation` of the manual was carried out, block by block, and its service."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import pytest

from refund_tui.sandbox import SandboxThread
from tests.installation.host import Host, need_host, steps
from tests.terminal.pty_session import PtySession

SERVICE = "https://us-east-1.test.payments.amazonphysicalstores.com"
TRIPS = 40


class Installed(Host):
    """The host after the steps of the page, except the last one: a clerk leaves."""

    def __init__(self, folder: Path, service: SandboxThread) -> None:
        super().__init__(folder)
        self.service = service
        *self.blocks, self.leaving = steps("installation")
        self.said: list[str] = []
        self._trip = 0
        records = [_record(number) for number in range(1, TRIPS + 1)]
        (self.work / "trips.jsonl").write_text("\n".join(map(json.dumps, records)))

    def install(self) -> None:
        """Run the steps. The service's address is the only thing that is changed in them."""
        assert sum(SERVICE in block for block in self.blocks) == 1
        self.said = [self.run(block.replace(SERVICE, self.service.url)).stdout for block in self.blocks]

    @contextmanager
    def lookup(
        self, clerk: str, *options: str, port: str = "", env: Mapping[str, str | None] = MappingProxyType({})
    ) -> Iterator[PtySession]:
        """A clerk's connection in a terminal, when Lookup shows the trips."""
        with PtySession(self.ssh(clerk, *options, port=port), env=env) as session:
            session.wait_for(f"R-{TRIPS}")
            yield session

    def a_trip(self) -> str:
        """A trip that no other test takes."""
        self._trip += 1
        return str(_record(self._trip)["shoppingTripId"])

    def as_account(self, command: str) -> str:
        """The output of `refund-tui COMMAND`, run by the account."""
        return self.run(f"su refunds -c '/opt/refund-tui/bin/refund-tui {command}'").stdout

    def refunds(self, trip: str) -> list[dict[str, object]]:
        """The refunds of a trip, as `history` tells them."""
        lines = self.as_account("history --json").splitlines()
        return [told for told in map(json.loads, lines) if told["shopping_trip_id"] == trip]


def _record(number: int) -> dict[str, object]:
    return {
        "storeId": "STORE-001", "shoppingTripId": f"trip-number-{number:02}", "receipt": f"R-{number}",
        "captured": {"amount": "18.40", "code": "EUR"}, "card": {"brand": "VISA", "tail": "4242"},
    }  # fmt: skip


@pytest.fixture(scope="session")
def installed() -> Iterator[Installed]:
    """The host, where one can be made. Each test takes a trip of its own."""
    need_host()
    with (
        tempfile.TemporaryDirectory(prefix="host-") as folder,
        SandboxThread(any_trip=True) as service,
        Installed(Path(folder), service) as host,
    ):
        host.install()
        yield host
