"""Owns what each failure of httpx means for one attempt. Imported by `client` alone, since it brings httpx.

"Nothing was sent" is said only of failures to connect, and only while no byte of the request had been handed over.
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
"""What a person must repair. Their other kinds only say that the connection ended, or had to be waited for."""


def failed(error: Exception, *, sent: bool) -> Outcome:
    """What `error` means, where no status came; `sent` when bytes of the request may be on the wire."""
    match error:
        case httpx.InvalidURL() | httpx.UnsupportedProtocol() if not sent:
            return _repair(f"base_url cannot be used ({visible(str(error), 160)}); {UNSENT}", Repair.CONFIGURATION)
        case httpx.ConnectError() if not sent and (broken := _tls_fault(error)) is not None:
            return _repair(_tls_words(broken), Repair.TLS)
        case httpx.ConnectError() if not sent:
            return _unreachable(_connect_words(error))
        case httpx.ProxyError() if not sent:
            return _unreachable(f"the proxy did not let it through ({visible(str(error), 120)})")
        case httpx.ConnectTimeout() | httpx.PoolTimeout() | TimeoutError() if not sent:
            return _unreachable("no connection to the service could be made in time")
        case httpx.TimeoutException() | TimeoutError():
            return _uncertain("no whole answer came in time", Doubt.TIMEOUT)
        case httpx.NetworkError():
            return _uncertain("the connection was lost before an answer came", Doubt.CONNECTION_LOST)
        case httpx.RemoteProtocolError():
            return _uncertain("the connection ended without an answer that can be read", Doubt.CONNECTION_LOST)
        case _:  # nothing else is ours to expect: whatever it is, the bytes may have left
            return _uncertain(f"the exchange broke off ({type(error).__name__})", Doubt.CONNECTION_LOST)


def left_while_connecting() -> Outcome:
    """What it means that this program gave the exchange up before a byte of the request left."""
    return _unreachable("the program was closed before a connection was made")


def flaw(error: Exception) -> str:
    """Why the body of an answer whose status is known did not come whole, in words that follow "the answer"."""
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
    """`error` and what led to it; of several failed addresses, each."""
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
        why, remedy = fault.reason or str(fault), "check base_url and any proxy on the way"
    return f"the service's identity could not be verified ({visible(why, 120)}); {UNSENT}: {remedy}"


def _connect_words(error: Exception) -> str:
    causes = list(_causes(error))
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return "the service's name could not be looked up"
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return "the service's host refused the connection"
    return "the service could not be reached"
