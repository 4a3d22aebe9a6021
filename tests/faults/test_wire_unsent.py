"""Where no byte of the request left, nothing is in doubt: proxies that break off, client certificates, leaving."""

from __future__ import annotations

import asyncio
import ssl

import pytest
import trustme

from refund_tui.core.outcomes import NeedsRepair, Repair, Unreachable
from tests.support.patience import soon
from tests.support.proxies import BROKEN_OFF, URL, broken_proxy, refusing_handshakes
from tests.support.raw import BODY, SHORT, Script, hang, raw_server, talking_to, unread


@pytest.mark.parametrize("broken", BROKEN_OFF.values(), ids=BROKEN_OFF)
async def test_a_proxy_that_opens_no_tunnel_leaves_nothing_in_doubt(broken: Script) -> None:
    async with raw_server(broken) as proxy, talking_to(URL, proxy=proxy.url) as client:
        outcome = await soon(client.refund(BODY))
        assert proxy.connections == 1
    assert isinstance(outcome, Unreachable), outcome
    assert "nothing was sent" in outcome.answer.detail


@pytest.mark.parametrize("silent", [unread(hang), broken_proxy(hang)], ids=["reads nothing", "answers nothing"])
async def test_a_proxy_that_ignores_connect_leaves_nothing_in_doubt(silent: Script) -> None:
    async with raw_server(silent) as proxy, talking_to(URL, SHORT, proxy=proxy.url) as client:
        outcome = await soon(client.refund(BODY))
    assert isinstance(outcome, Unreachable), outcome
    assert "the proxy" in outcome.answer.detail
    assert "nothing was sent" in outcome.answer.detail


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=lambda one: one.name)
async def test_a_client_certificate_that_is_demanded_is_a_persons_repair(version: ssl.TLSVersion) -> None:
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    context.minimum_version = context.maximum_version = version
    context.verify_mode = ssl.CERT_REQUIRED
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.configure_trust(trusting)
    with refusing_handshakes(context) as door:
        async with talking_to(f"https://localhost:{door.port}", context=trusting) as client:
            outcome = await soon(client.refund(BODY))
    assert door.read == []
    assert isinstance(outcome, NeedsRepair), outcome
    assert outcome.repair is Repair.TLS
    assert "client certificate" in outcome.answer.detail


async def leave(url: str, proxy: str | None, connected: asyncio.Event) -> object:
    """The outcome of a refund that is cancelled when the other side has the connection."""
    async with talking_to(url, proxy=proxy) as client:
        request = asyncio.ensure_future(client.refund(BODY))
        await soon(connected.wait())
        request.cancel()
        return await soon(request)


@pytest.mark.parametrize("proxied", [False, True], ids=["to the service", "through a proxy"])
async def test_leaving_while_connecting_leaves_nothing_in_doubt(proxied: bool) -> None:
    connected = asyncio.Event()

    async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(1)  # of the TLS handshake, or of the CONNECT
        connected.set()
        await hang(reader, writer)

    async with raw_server(unread(note)) as server:
        url = URL if proxied else f"https://localhost:{server.port}"
        outcome = await leave(url, server.url if proxied else None, connected)
    assert isinstance(outcome, Unreachable), outcome
    assert "closed before a connection was made" in outcome.answer.detail
