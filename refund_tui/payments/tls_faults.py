"""Owns what went wrong with TLS, in words: what was seen, and which repair it looks like. Opens no connection."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

from refund_tui.core.text import visible

_FAULTS = (ssl.SSLError, ssl.SSLCertVerificationError)
"""TLS errors that a person must repair. Other kinds of SSLError only say that the connection ended or must wait."""

_AUTHORITY = (18, 19, 20, 21)
_TIME = (9, 10)
_NAME = (62, 63, 64)
"""OpenSSL's codes for a certificate that cannot be verified, by what is wrong: its authority, its time, its name."""

_OWN_CERTIFICATE = (
    "ALERT_CERTIFICATE_REQUIRED", "ALERT_BAD_CERTIFICATE", "ALERT_UNSUPPORTED_CERTIFICATE", "ALERT_CERTIFICATE_REVOKED",
    "ALERT_CERTIFICATE_EXPIRED", "ALERT_CERTIFICATE_UNKNOWN", "ALERT_UNKNOWN_CA", "ALERT_ACCESS_DENIED",
    "ALERT_NO_CERTIFICATE",
)  # fmt: skip
"""Ends of OpenSSL's names for the alerts by which a server refuses the client's certificate, or that there is none."""

_NO_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "HTTPS_PROXY_REQUEST", "PACKET_LENGTH_TOO_LONG")
_VERSION = ("UNSUPPORTED_PROTOCOL", "ALERT_PROTOCOL_VERSION", "NO_PROTOCOLS_AVAILABLE", "WRONG_SSL_VERSION")
_HANDSHAKE = ("ALERT_HANDSHAKE_FAILURE", "ALERT_INSUFFICIENT_SECURITY")


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """`error` and every exception that caused it, also those inside exception groups (one for each failed address)."""
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for one in error.exceptions:
                yield from causes(one)
        error = error.__cause__ or error.__context__


def tls_fault(error: Exception) -> ssl.SSLError | None:
    """The TLS error behind `error` that a person must repair, if there is one."""
    faults = (cause for cause in causes(error) if isinstance(cause, ssl.SSLError))
    return next((fault for fault in faults if type(fault) in _FAULTS), None)


def refused_certificate(fault: ssl.SSLError | None) -> bool:
    """Whether the server refused this program's certificate, or that it has none.

    Under TLS 1.3 the refusal can come after the request was sent. The server checks the certificate before it reads
    the request, so the request was not executed.
    """
    return fault is not None and _reason(fault).endswith(_OWN_CERTIFICATE)


def _reason(fault: ssl.SSLError) -> str:
    """OpenSSL's name for the fault. A fault that Python itself finds has none."""
    return getattr(fault, "reason", None) or str(fault)


def what_and_remedy(fault: ssl.SSLError, peer: str) -> tuple[str, str]:
    """What was seen, and what to do. `peer` is the other side: "service" or "proxy"."""
    if isinstance(fault, ssl.SSLCertVerificationError):
        return _unverified(fault, peer)
    reason = _reason(fault)
    url = "proxy" if peer == "proxy" else "base_url"
    seen = f"({visible(reason, 120)})"
    if refused_certificate(fault):
        return (
            f"the {peer} asks for a client certificate, and this program sent none that it takes {seen}",
            f"check {url}, and ask whoever runs the {peer}",
        )
    if reason.endswith(_NO_TLS):
        return f"the {peer} does not speak TLS at this port {seen}", f"check {url} and any proxy in between"
    if reason.endswith(_VERSION):
        return (
            f"the {peer} and this program have no version of TLS in common {seen}",
            f"this program needs TLS 1.2 or newer: ask whoever runs the {peer}, or a proxy in between",
        )
    if reason.endswith(_HANDSHAKE):
        return (
            f"the {peer} refused the TLS handshake {seen}",
            f"it may ask for a client certificate, or have no cipher in common: ask whoever runs the {peer}",
        )
    return f"TLS with the {peer} failed {seen}", f"check {url} and any proxy in between"


def _unverified(fault: ssl.SSLCertVerificationError, peer: str) -> tuple[str, str]:
    words = f"the {peer}'s identity could not be verified ({visible(fault.verify_message, 120)})"
    if fault.verify_code in _AUTHORITY:
        return words, (
            f"if the {peer}, or a proxy that opens TLS, has a certificate authority of its own, set ca_bundle to the "
            f"file with its certificates; else check {'proxy' if peer == 'proxy' else 'base_url'}"
        )
    if fault.verify_code in _TIME:
        return words, f"check this host's clock; if it is right, whoever runs the {peer} must renew its certificate"
    if fault.verify_code in _NAME:
        return words, f"check {'proxy' if peer == 'proxy' else 'base_url'}: another host answers under this name"
    return words, "check base_url, ca_bundle, this host's clock and any proxy that opens TLS"
