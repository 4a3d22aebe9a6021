"""Doctor tests the service with the same certificates and the same proxy as a refund."""

from __future__ import annotations

import asyncio
import json
import ssl
from pathlib import Path

import pytest
import trustme

from tests.support.program import run
from tests.support.proxies import NAME, URL
from tests.support.raw import answer, raw_server, tunnel

HELLO = answer("404", "{}", "Date: Mon, 02 Mar 2026 12:00:00 GMT")


async def findings(url: str, folder: Path, **variables: str) -> dict[str, dict[str, str]]:
    """What doctor finds, by the name of its check, for the service at `url`."""
    given = {"REFUND_TUI_BASE_URL": url, "REFUND_TUI_DATA_DIR": str(folder), **variables}
    told = await asyncio.to_thread(run, "doctor", "--json", **given)
    return {line["name"]: line for line in map(json.loads, told.stdout.splitlines())}


def serving(authority: trustme.CA, name: str = "localhost") -> ssl.SSLContext:
    """A server's context with a certificate of `authority` for `name`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


async def test_a_certificate_that_only_the_environment_trusts_fails_in_doctor_as_it_does_in_a_refund(
    tmp_path: Path,
) -> None:
    authority, bundle, keys = trustme.CA(), tmp_path / "ca.pem", tmp_path / "keys"
    authority.cert_pem.write_to_path(bundle)
    async with raw_server(HELLO, serving(authority)) as server:
        told = await findings(server.url, tmp_path, SSL_CERT_FILE=str(bundle), SSLKEYLOGFILE=str(keys))
    assert told["service"]["level"] == "FAIL"
    assert "ca_bundle" in told["service"]["remedy"]
    assert not keys.exists()


async def test_the_certificates_of_ca_bundle_are_trusted_and_the_clock_is_compared(tmp_path: Path) -> None:
    authority, bundle = trustme.CA(), tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(bundle)
    async with raw_server(HELLO, serving(authority)) as server:
        told = await findings(server.url, tmp_path, REFUND_TUI_CA_BUNDLE=str(bundle))
    assert told["service"]["level"] == "ok"
    assert told["clock"]["level"] == "FAIL"
    assert "ahead of the service's" in told["clock"]["says"]


async def test_a_refused_connection_is_told_as_a_refund_would_tell_it(tmp_path: Path) -> None:
    async with raw_server(HELLO) as server:
        url = server.url
    told = await findings(url, tmp_path)
    assert told["service"]["level"] == "FAIL"
    assert "the service's host refused the connection" in told["service"]["says"]


@pytest.mark.parametrize(("verdict", "level"), [("200 OK", "ok"), ("502 Bad Gateway", "FAIL")])
async def test_a_proxy_is_asked_as_a_refund_asks_it(tmp_path: Path, verdict: str, level: str) -> None:
    authority, bundle, asked = trustme.CA(), tmp_path / "ca.pem", list[str]()
    authority.cert_pem.write_to_path(bundle)
    async with (
        raw_server(HELLO, serving(authority, NAME)) as server,
        raw_server(tunnel(server.port, asked, verdict)) as proxy,
    ):
        told = await findings(URL, tmp_path, REFUND_TUI_CA_BUNDLE=str(bundle), REFUND_TUI_PROXY=proxy.url)
    assert asked == [f"CONNECT {NAME}:443 HTTP/1.1"]
    assert told["service"]["level"] == level
