"""Owns what each failure of httpx means for one attempt. Only `client` imports it, because it loads httpx.

Never says "nothing was sent" unless the connection failed and no byte of the request was given to the network.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

import httpx

from refund_tui.core.outcomes import Answer, Doubt, NeedsRepair, Outcome, Repair, Uncertain, Unreachable
from refund_tui.core.text import visible

UNSENT = "nothing was sent"

_TLS_FAULTS = (ssl.SSLError, ssl.SSLCertVerificationError)
"""TLS errors that a person must repair. Other kinds of SSLError only say that the connection ended or must wait."""


def failed(error: Exception, *, sent: bool) -> Outcome:
    """The outcome if `error` came before a status. `sent`: bytes of the request may have left this host."""
    match error:
        case httpx.InvalidURL() | httpx.UnsupportedProtocol() if not sent:
            return _repair(f"base_url cannot be used ({visible(str(error), 160)}); {UNSENT}", Repair.CONFIGURATION)
        case httpx.ConnectError() if not sent and (broken := _tls_fault(error)) is not None:
            return _repair(_tls_words(broken), Repair.TLS)
        case httpx.ConnectError() if not sent:
            return _unreachable(_connect_words(error))
        case httpx.ProxyError() if not sent:
            return _unreachable(f"the proxy did not pass the request on ({visible(str(error), 120)})")
        case httpx.ConnectTimeout() | httpx.PoolTimeout() | TimeoutError() if not sent:
            return _unreachable("no connection to the service could be made in time")
        case httpx.TimeoutException() | TimeoutError():
            return _uncertain("no complete answer came in time", Doubt.TIMEOUT)
        case httpx.NetworkError():
            return _uncertain("the connection was lost before an answer came", Doubt.CONNECTION_LOST)
        case httpx.RemoteProtocolError():
            return _uncertain("the connection ended without an answer that can be read", Doubt.CONNECTION_LOST)
        case _:  # an unexpected error: the bytes may have been sent
            return _uncertain(f"the exchange failed ({type(error).__name__})", Doubt.CONNECTION_LOST)


def closed_while_connecting() -> Outcome:
    """The outcome if this program was closed before the first byte of the request was sent."""
    return _unreachable("the program was closed before a connection was made")


def flaw(error: Exception) -> str:
    """Why a body is not complete, as the end of a sentence: "the answer …". Its status was received."""
    match error:
        case httpx.TimeoutException() | TimeoutError():
            return "did not end in time"
        case _:
            return "was cut off"


def _unreachable(words: str) -> Unreachable:
    return Unreachable(Answer(detail=f"{words}; {UNSENT}"))


def _uncertain(words: str, doubt: Doubt) -> Uncertain:
    return Uncertain(Answer(detail=words), doubt)


def _repair(words: str, repair: Repair) -> NeedsRepair:
    return NeedsRepair(Answer(detail=words), repair)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """`error` and every exception that caused it, also those inside exception groups (one for each failed address)."""
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for one in error.exceptions:
                yield from _causes(one)
        error = error.__cause__ or error.__context__


def _tls_fault(error: Exception) -> ssl.SSLError | None:
    faults = (cause for cause in _causes(error) if isinstance(cause, ssl.SSLError))
    return next((fault for fault in faults if type(fault) in _TLS_FAULTS), None)


def _tls_words(fault: ssl.SSLError) -> str:
    if isinstance(fault, ssl.SSLCertVerificationError):
        why, remedy = fault.verify_message, "check base_url, this host's clock and any proxy that opens TLS"
    else:
        why, remedy = fault.reason or str(fault), "check base_url and any proxy in between"
    return f"the service's identity could not be verified ({visible(why, 120)}); {UNSENT}: {remedy}"


def _connect_words(error: Exception) -> str:
    causes = list(_causes(error))
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return "the service's name could not be looked up"
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return "the service's host refused the connection"
    return "the service could not be reached"
