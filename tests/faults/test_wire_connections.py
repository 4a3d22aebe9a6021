"""Where a refund is sent, and the message if nothing could be sent: connections, TLS, proxies, settings."""

from __future__ import annotations

import asyncio
import base64
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from refund_tui.core.outcomes import (
    Accepted,
    Answer,
    Unreachable,
)
from refund_tui.core.times import Instant
from refund_tui.errors import ConfigError
from refund_tui.payments.client import PaymentClient, tls_context
from refund_tui.settings.load import Settings, load_settings
from tests.support.clock import FakeClock
from tests.support.proxies import NAME, URL, refusing_handshakes
from tests.support.raw import (
    BODY,
    SHORT,
    TRUSTS_NOBODY,
    YES,
    RawServer,
    answer,
    flood,
    hang,
    raw_server,
    resetting,
    talking_to,
    tunnel,
    unread,
)


async def test_a_refused_connection_sends_nothing() -> None:
    async with raw_server(YES) as server:
        url = server.url
    async with talking_to(url) as client:
        outcome = await client.refund(BODY)
    assert outcome == Unreachable(Answer(detail="the service's host refused the connection; nothing was sent"))


class PausedOnce(FakeClock):
    """The clock of a host that is paused for a day after the first read of the clock."""

    def now(self) -> Instant:
        now = super().now()
        self.jump(25 * 3600)
        return now


async def test_a_host_that_was_paused_while_it_connected_sends_nothing() -> None:
    async with raw_server(YES) as server:
        async with PaymentClient(server.url, context=TRUSTS_NOBODY, clock=PausedOnce()) as client:
            outcome = await client.refund(BODY)
        assert isinstance(outcome, Unreachable)
        assert "nothing was sent" in outcome.answer.detail
        assert server.requests == []


def unknown(*_args: object, **_more: object) -> None:
    """A resolver that knows no name."""
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


async def test_a_name_that_nobody_knows_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    async with talking_to("https://payments.invalid") as client:
        outcome = await client.refund(BODY)
    assert isinstance(outcome, Unreachable)
    assert "looked up" in outcome.answer.detail


async def test_a_host_that_does_not_take_the_connection_sends_nothing() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        async with talking_to(f"http://127.0.0.1:{full.getsockname()[1]}", SHORT) as client:
            outcome = await client.refund(BODY)
        for one in waiting:
            one.close()
    assert isinstance(outcome, Unreachable)


async def test_a_handshake_that_never_ends_sends_nothing() -> None:
    async with raw_server(unread(hang)) as server, talking_to(f"https://localhost:{server.port}", SHORT) as client:
        assert isinstance(await client.refund(BODY), Unreachable)


async def test_a_handshake_that_is_broken_off_sends_nothing() -> None:
    async def close(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        return

    for script in (unread(close), unread(resetting())):
        async with raw_server(script) as server, talking_to(f"https://localhost:{server.port}") as client:
            assert isinstance(await client.refund(BODY), Unreachable)


@asynccontextmanager
async def tls_server(authority: trustme.CA, name: str) -> AsyncIterator[RawServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    async with raw_server(YES, context) as server:
        yield server


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.configure_trust(context)
    return context


async def test_a_verified_service_is_spoken_to() -> None:
    authority = trustme.CA()
    async with tls_server(authority, "localhost") as server:
        async with talking_to(server.url, context=trusting(authority)) as client:
            assert isinstance(await client.refund(BODY), Accepted)
        assert server.bodies == [BODY]


async def test_an_impostor_gets_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    authority, other = trustme.CA(), trustme.CA()
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    async with tls_server(authority, "localhost") as server:
        async with PaymentClient(server.url) as by_default, talking_to(server.url, context=trusting(other)) as mistaken:
            outcomes = [await by_default.refund(BODY), await mistaken.refund(BODY)]
        assert [outcome.word for outcome in outcomes] == ["blocked_tls", "blocked_tls"]
        assert "nothing was sent" in outcomes[0].answer.detail
        assert "set ca_bundle" in outcomes[0].answer.detail
        assert server.requests == []


async def test_a_certificate_for_another_name_is_refused() -> None:
    authority = trustme.CA()
    async with tls_server(authority, "elsewhere.example") as server:
        async with talking_to(server.url, context=trusting(authority)) as client:
            outcome = await client.refund(BODY)
        assert outcome.word == "blocked_tls"
        assert "check base_url" in outcome.answer.detail
        assert server.requests == []


async def test_a_certificate_that_has_expired_is_told_with_the_clock() -> None:
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", not_after=datetime(2024, 1, 1, tzinfo=UTC)).configure_cert(context)
    async with raw_server(YES, context) as server, talking_to(server.url, context=trusting(authority)) as client:
        outcome = await client.refund(BODY)
    assert outcome.word == "blocked_tls"
    assert "check this host's clock" in outcome.answer.detail


async def test_a_version_of_tls_that_is_too_old_is_not_told_as_a_false_identity() -> None:
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    newer = trusting(authority)
    newer.minimum_version = ssl.TLSVersion.TLSv1_3
    with refusing_handshakes(context) as door:
        async with talking_to(f"https://localhost:{door.port}", context=newer) as client:
            outcome = await client.refund(BODY)
    assert outcome.word == "blocked_tls"
    assert "no version of TLS in common" in outcome.answer.detail
    assert "identity" not in outcome.answer.detail


async def test_a_service_without_tls_is_not_spoken_to_in_clear() -> None:
    async with (
        raw_server(unread(flood(b"", YES))) as server,
        talking_to(f"https://localhost:{server.port}") as client,
    ):
        outcome = await client.refund(BODY)
    assert outcome.word == "blocked_tls"
    assert "does not speak TLS" in outcome.answer.detail


async def test_a_proxy_only_carries_what_it_cannot_read() -> None:
    authority, asked = trustme.CA(), list[str]()
    async with tls_server(authority, NAME) as server, raw_server(tunnel(server.port, asked)) as proxy:
        async with talking_to(URL, context=trusting(authority), proxy=proxy.url) as client:
            assert isinstance(await client.refund(BODY), Accepted)
        async with talking_to(URL, context=trusting(trustme.CA()), proxy=proxy.url) as client:
            assert (await client.refund(BODY)).word == "blocked_tls"
        assert asked == [f"CONNECT {NAME}:443 HTTP/1.1"] * 2
        assert server.bodies == [BODY]


@pytest.mark.parametrize(
    ("verdict", "word", "advice"),
    [
        ("407 Proxy Authentication Required", "blocked_configuration", "a name and a password"),
        ("403 Forbidden", "blocked_configuration", "ask whoever runs the proxy"),
        ("405 Method Not Allowed", "blocked_configuration", "check the setting proxy"),
        ("302 Found", "blocked_configuration", "check the setting proxy"),
        ("429 Too Many Requests", "unreachable", ""),
        ("502 Bad Gateway", "unreachable", ""),
        ("503 Service Unavailable", "unreachable", ""),
    ],
)
async def test_a_proxy_that_refuses_means_that_nothing_was_sent(verdict: str, word: str, advice: str) -> None:
    async with raw_server(tunnel(0, [], verdict)) as proxy, talking_to(URL, proxy=proxy.url) as client:
        outcome = await client.refund(BODY)
    assert outcome.word == word
    assert f"the proxy did not pass the request on ({verdict}); nothing was sent" in outcome.answer.detail
    assert advice in outcome.answer.detail


def with_secret(folder: Path, proxy: str, line: str, mode: int = 0o600) -> Settings:
    """Settings for a proxy whose name and password are in a file."""
    secret = folder / "secret"
    secret.write_text(line)
    secret.chmod(mode)
    given = {"base_url": URL, "proxy": proxy, "proxy_secret": str(secret), "data_dir": str(folder)}
    return load_settings(given, {})


async def test_a_proxy_gets_the_name_and_password_and_nobody_else_does(tmp_path: Path) -> None:
    authority, asked = trustme.CA(), list[str]()
    async with tls_server(authority, NAME) as server, raw_server(tunnel(server.port, asked)) as proxy:
        settings = with_secret(tmp_path, proxy.url, "ana:pass:word\n")
        authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        async with PaymentClient.for_settings(settings.replace(ca_bundle=tmp_path / "ca.pem")) as client:
            assert isinstance(await client.refund(BODY), Accepted)
    assert asked[1] == "Proxy-Authorization: Basic " + base64.b64encode(b"ana:pass:word").decode()
    assert not any("authorization" in line.lower() for line in server.requests[0][0])


@pytest.mark.parametrize(("line", "mode"), [("ana:word", 0o640), ("ana", 0o600), ("", 0o600), ("a:b\nc:d", 0o600)])
def test_a_proxys_secret_without_use_is_told_without_its_content(line: str, mode: int, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="proxy_secret") as refused:
        PaymentClient.for_settings(with_secret(tmp_path, "http://proxy.test", line, mode))
    assert "ana" not in str(refused.value)
    assert "word" not in str(refused.value).replace("name:password", "")


async def test_a_dead_proxy_is_told_as_the_proxy() -> None:
    async with raw_server(YES) as proxy:
        url = proxy.url
    async with talking_to(URL, proxy=url) as client:
        outcome = await client.refund(BODY)
    assert outcome == Unreachable(Answer(detail="the proxy's host refused the connection; nothing was sent"))


async def test_an_unknown_proxy_is_told_as_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    async with talking_to(URL, proxy="http://proxy.test:3128") as client:
        outcome = await client.refund(BODY)
    assert outcome == Unreachable(Answer(detail="the proxy's name could not be looked up; nothing was sent"))


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_loopback_is_never_asked_through_a_proxy(scheme: str) -> None:
    authority = trustme.CA()
    serving = tls_server(authority, "localhost") if scheme == "https" else raw_server(YES)
    async with raw_server(YES) as proxy, serving as server:
        async with talking_to(server.url, context=trusting(authority), proxy=proxy.url) as client:
            assert isinstance(await client.refund(BODY), Accepted)
        assert proxy.connections == 0


async def test_the_settings_say_whom_to_trust_and_how_long_to_wait(tmp_path: Path) -> None:
    authority, bundle = trustme.CA(), tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    async with tls_server(authority, "localhost") as server:
        given = {"base_url": server.url, "ca_bundle": str(bundle), "request_timeout": 20, "data_dir": str(tmp_path)}
        async with PaymentClient.for_settings(load_settings(given, {})) as client:
            assert isinstance(await client.refund(BODY), Accepted)


@pytest.mark.parametrize(("changes", "named"), [({"base_url": None}, "base_url"), ({"auth": "aws"}, "auth")])
def test_settings_that_cannot_send_say_so(changes: dict[str, object], named: str, tmp_path: Path) -> None:
    given = {"base_url": "https://payments.example", "data_dir": str(tmp_path)} | changes
    with pytest.raises(ConfigError, match=named):
        PaymentClient.for_settings(load_settings(given, {}))


def test_a_file_without_certificates_is_named(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("")
    with pytest.raises(ConfigError, match=r"ca_bundle.*empty\.pem"):
        tls_context(empty)


async def test_nothing_of_the_clerks_environment_or_an_earlier_answer_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    cookie = answer("200", "{}", "Set-Cookie: session=secret; Path=/")
    async with raw_server(YES) as proxy, raw_server(cookie) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        async with talking_to(server.url) as client:
            await client.refund(BODY)
            await client.refund(BODY)
        assert proxy.connections == 0
        assert server.requests[0] == server.requests[1]
        assert not any("secret" in line for line in server.requests[1][0])


@pytest.mark.parametrize(
    "url",
    ["http://payments.example", "ftp://localhost", "localhost", "https://", "https://u:p@host", "https://host?x=1",
     "https://host#x", "http://127.0.0.1.example", "http://10.0.0.1", "https://[", "https://ho st"],
)  # fmt: skip
def test_refunds_go_nowhere_in_clear(url: str) -> None:
    with pytest.raises(ConfigError, match="base_url"):
        PaymentClient(url, context=TRUSTS_NOBODY)


@pytest.mark.parametrize(
    "url", ["http://localhost:1", "http://127.0.0.2:1", "http://[::1]:1", "https://payments.example"]
)
async def test_loopback_may_be_spoken_to_in_clear(url: str) -> None:
    async with talking_to(url):
        pass
