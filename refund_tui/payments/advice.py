"""Owns what a person is told to repair when the service, or something before it, would not take a request at all."""

from __future__ import annotations

from refund_tui.core.outcomes import Repair
from refund_tui.core.text import visible
from refund_tui.core.times import skew_words

CLOCK_TOLERANCE = 300.0
"""Seconds for which a signature is good, and by which a clock may therefore be wrong."""

CONFIGURATION = {
    404: "the service knows no such address: check base_url (the host alone, without /v1) and the region",
    405: "what answered takes no refunds at this address: check base_url",
    413: "something before the service found the request too long: check base_url and the proxies on the way",
    415: "something before the service would not take JSON: check base_url and the proxies on the way",
}
"""By status, for answers that no credentials would change."""

_CREDENTIALS = (
    (("signature expired", "signature not yet current", "requesttimetooskewed"), "the signature is not valid at "
     "this time: check this host's clock (NTP), then go on"),
    (("token included in the request is expired", "expiredtoken", "token has expired"), "the credentials have expired: "
     "get new ones, then go on"),
    (("token included in the request is invalid", "invalidclienttokenid", "unrecognizedclient"), "the credentials are "
     "not known to the service: check which ones this program is given"),
    (("signature we calculated does not match", "invalidsignature"), "the secret key does not fit the access key: "
     "check the credentials"),
    (("missing authentication token", "missingauthenticationtoken", "incompletesignature"), "the request was not "
     "signed, or there is no such address: check auth and base_url"),
    (("not authorized to perform", "accessdenied", "explicit deny"), "the role lacks execute-api:Invoke for this "
     "service: have it granted, then go on"),
)  # fmt: skip
"""Parts of the gateway's messages (lower case), and what each looks like."""

_FOREIGN = (
    ("certificate", Repair.TLS, "it asks for a client certificate, and this program sends none: check base_url, and "
     "ask whoever runs the proxy on the way"),
    ("plain http", Repair.CONFIGURATION, "it wants TLS: check that base_url begins with https://"),
)  # fmt: skip
"""A part of what proxies say in a 400 (lower case), what is to be repaired, and how."""


def on_credentials(status: int, said: str, skew: float | None) -> str:
    """What a 401 or 403 looks like, from its text and from `skew`: seconds by which this host's clock is ahead."""
    words = f"the service refused the credentials ({status}{_quoted(said)}): "
    if skew is not None and abs(skew) > CLOCK_TOLERANCE:
        return f"{words}{skew_words(skew)}: set it (NTP), then go on"
    text = said.lower()
    for parts, advice in _CREDENTIALS:
        if any(part in text for part in parts):
            return words + advice
    return (
        f"{words}the onboarding of this store may be unfinished, or its role may lack execute-api:Invoke: "
        "ask whoever set up the account, then go on"
    )


def on_configuration(status: int, said: str) -> str:
    """What a status in `CONFIGURATION` means."""
    return f"{CONFIGURATION[status]} ({status}{_quoted(said)})"


def on_foreign_refusal(said: str, raw: str) -> tuple[str, Repair]:
    """What a 400 that is not in the service's own words means: `said` by a gateway, or else a proxy's page, `raw`."""
    words = f"something before the service refused the request (400{_quoted(said)}); no money moved by this attempt: "
    for part, repair, advice in _FOREIGN:
        if part in raw.lower():
            return words + advice, repair
    return f"{words}see the raw answer, check base_url and the proxies on the way", Repair.CONFIGURATION


def on_redirect(status: int, location: str) -> str:
    """What a redirect means; it is never followed, since that would post the refund somewhere else."""
    where = visible(location, 120) if location else "an address it does not name"
    return f"the service wants the request sent elsewhere, to {where} ({status}); that was not done: check base_url"


def _quoted(said: str) -> str:
    return f", {visible(said, 160)}" if said else ""
