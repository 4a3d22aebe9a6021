"""Owns what each failure of httpx means for one attempt. Only `client` imports it, because it loads httpx.

Never says "nothing was sent" if bytes of the request may have left: `progress` knows that.
"""

from __future__ import annotations

import re
import socket

import httpx

from refund_tui.core.outcomes import Answer, Doubt, NeedsRepair, Outcome, Repair, Uncertain, Unreachable
from refund_tui.core.text import visible
from refund_tui.payments import tls_faults
from refund_tui.payments.progress import Stage

UNSENT = "nothing was sent"
UNREAD = "the request was not read, so no money moved by this attempt"

_PATIENCE = ("408", "429")
"""Refusals of a proxy that pass by themselves, as all from 500 on do."""

_PERSONS = {
    "403": "it allows no connection to this host: ask whoever runs the proxy",
    "407": "it asks for a name and a password: set proxy_secret to a file with them, or ask whoever runs the proxy",
}
"""The advice for refusals of a proxy."""


def failed(error: Exception, stage: Stage) -> Outcome:
    """The outcome if `error` came before a status of the service, at `stage`."""
    fault = tls_faults.tls_fault(error)
    if stage is not Stage.SENT:
        return _unsent(error, stage)
    if fault is not None and tls_faults.refused_certificate(fault):
        what, remedy = tls_faults.what_and_remedy(fault, "service")
        return _repair(f"{what}; {UNREAD}: {remedy}", Repair.TLS)
    return _doubtful(error)


def _unsent(error: Exception, stage: Stage) -> Outcome:
    """The outcome of a failure before the first byte of the request. It is never a doubt."""
    if (fault := tls_faults.tls_fault(error)) is not None:
        what, remedy = tls_faults.what_and_remedy(fault, "service" if stage is Stage.SERVICE else "proxy")
        return _repair(f"{what}; {UNSENT}: {remedy}", Repair.TLS)
    match error:
        case httpx.InvalidURL() | httpx.UnsupportedProtocol():
            return _repair(f"base_url cannot be used ({visible(str(error), 160)}); {UNSENT}", Repair.CONFIGURATION)
        case httpx.ProxyError():
            return _refused_by_proxy(visible(str(error), 120))
        case httpx.TimeoutException() | TimeoutError():
            return _unreachable(_SLOW[stage])
        case httpx.TransportError() | OSError():
            return _unreachable(_TUNNEL if stage is Stage.TUNNEL else _connect_words(error, stage))
        case _:
            return _unreachable(f"this program failed ({type(error).__name__})")


_SLOW = {
    Stage.PROXY: "no connection to the proxy could be made in time",
    Stage.TUNNEL: "the proxy made no connection to the service in time",
    Stage.SERVICE: "no connection to the service could be made in time",
}
_TUNNEL = "the proxy broke off instead of making a connection to the service"


def _connect_words(error: Exception, stage: Stage) -> str:
    peer, found = "proxy" if stage is Stage.PROXY else "service", list(tls_faults.causes(error))
    if any(isinstance(cause, socket.gaierror) for cause in found):
        return f"the {peer}'s name could not be looked up"
    if any(isinstance(cause, ConnectionRefusedError) for cause in found):
        return f"the {peer}'s host refused the connection"
    return f"the {peer} could not be reached"


def _refused_by_proxy(verdict: str) -> Outcome:
    """The outcome if a proxy answers CONNECT with another status than 200. `verdict` is its status and phrase."""
    words, status = f"the proxy did not pass the request on ({verdict})", verdict[:3]
    if status in _PATIENCE or re.match("5", status):
        return _unreachable(words)
    return _repair(f"{words}; {UNSENT}: {_PERSONS.get(status, 'check the setting proxy')}", Repair.CONFIGURATION)


def _doubtful(error: Exception) -> Outcome:
    """The outcome of a failure after bytes of the request may have left."""
    match error:
        case httpx.TimeoutException() | TimeoutError():
            return _uncertain("no complete answer came in time", Doubt.TIMEOUT)
        case httpx.NetworkError():
            return _uncertain("the connection was lost before an answer came", Doubt.CONNECTION_LOST)
        case httpx.RemoteProtocolError():
            return _uncertain("the connection ended without an answer that can be read", Doubt.CONNECTION_LOST)
        case _:
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
