"""Every exception of httpx has an outcome, and "nothing was sent" is never said if bytes may have left the host."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import cast

import httpx
import pytest

from refund_tui.core.outcomes import NeedsRepair, Outcome, Uncertain, Unreachable
from refund_tui.payments.failures import failed
from refund_tui.payments.progress import Stage

UNSENT: dict[type[Exception], type[Outcome]] = {
    httpx.ConnectError: Unreachable,
    httpx.ConnectTimeout: Unreachable,
    httpx.PoolTimeout: Unreachable,
    httpx.ProxyError: NeedsRepair,
    TimeoutError: Unreachable,
    httpx.UnsupportedProtocol: NeedsRepair,
    httpx.InvalidURL: NeedsRepair,
}
"""The exceptions that come while a connection is made. After the first byte they are doubts, as all others are."""

DOUBTFUL: dict[type[Exception], str] = {
    httpx.ReadTimeout: "timeout",
    httpx.WriteTimeout: "timeout",
    httpx.ReadError: "connection_lost",
    httpx.WriteError: "connection_lost",
    httpx.CloseError: "connection_lost",
    httpx.RemoteProtocolError: "connection_lost",
    httpx.LocalProtocolError: "connection_lost",
    httpx.DecodingError: "connection_lost",
    httpx.TooManyRedirects: "connection_lost",
    httpx.CookieConflict: "connection_lost",
    httpx.StreamConsumed: "connection_lost",
    httpx.StreamClosed: "connection_lost",
    httpx.ResponseNotRead: "connection_lost",
    httpx.RequestNotRead: "connection_lost",
    ssl.SSLError: "connection_lost",
    OSError: "connection_lost",
    RuntimeError: "connection_lost",
}

NEVER = {httpx.HTTPStatusError}
"""Raised only by `raise_for_status`, which the program never calls."""


def make(kind: type[Exception]) -> Exception:
    takes_no_words = issubclass(kind, httpx.StreamError)
    return cast("Callable[[], Exception]", kind)() if takes_no_words else kind("broken")


def concrete(kind: type[Exception]) -> set[type[Exception]]:
    below = kind.__subclasses__()
    return {kind} if not below else set().union(*(concrete(one) for one in below))


def test_no_failure_of_httpx_is_left_undecided() -> None:
    exported = {value for value in vars(httpx).values() if isinstance(value, type) and issubclass(value, Exception)}
    leaves = set().union(*(concrete(kind) for kind in exported))
    assert leaves - UNSENT.keys() - DOUBTFUL.keys() - NEVER == set()


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage is not Stage.SENT])
@pytest.mark.parametrize("kind", [*UNSENT, *DOUBTFUL], ids=lambda kind: kind.__name__)
def test_no_failure_before_the_first_byte_leaves_the_outcome_unknown(kind: type[Exception], stage: Stage) -> None:
    outcome = failed(make(kind), stage)
    assert isinstance(outcome, UNSENT.get(kind, (Unreachable, NeedsRepair)))
    assert "nothing was sent" in outcome.answer.detail


@pytest.mark.parametrize("kind", [*UNSENT, *DOUBTFUL], ids=lambda kind: kind.__name__)
def test_once_bytes_may_have_left_every_failure_leaves_the_outcome_unknown(kind: type[Exception]) -> None:
    outcome = failed(make(kind), Stage.SENT)
    assert isinstance(outcome, Uncertain)
    assert outcome.word == DOUBTFUL.get(kind, outcome.word)


def tls_fault() -> ssl.SSLError:
    """A real TLS error of OpenSSL: the answer to a handshake was not TLS."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    incoming.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    with pytest.raises(ssl.SSLError) as caught:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).wrap_bio(incoming, outgoing, server_hostname="x").do_handshake()
    return caught.value


@pytest.mark.parametrize(
    ("cause", "word"),
    [
        (tls_fault(), "blocked_tls"),
        (ssl.SSLEOFError(8, "EOF occurred in violation of protocol"), "unreachable"),
        (ssl.SSLWantReadError(2, "not completed"), "unreachable"),
        (ExceptionGroup("all addresses", [OSError("no"), ConnectionRefusedError("no")]), "unreachable"),
    ],
)
def test_the_cause_of_a_failed_connection_tells_repair_from_patience(cause: Exception, word: str) -> None:
    error = httpx.ConnectError("failed")
    error.__cause__ = httpx.NetworkError("between")
    error.__cause__.__cause__ = cause
    assert failed(error, Stage.SERVICE).word == word
