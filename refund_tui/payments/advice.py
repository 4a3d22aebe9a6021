"""Owns the advice to a person when the service, or a proxy or gateway in front of it, did not accept a request."""

from __future__ import annotations

from refund_tui.core.outcomes import Repair
from refund_tui.core.text import visible
from refund_tui.core.times import skew_words

CLOCK_TOLERANCE = 300.0
"""Seconds for which a signature is valid. A clock that is wrong by more makes every signature invalid."""

CONFIGURATION = {
    404: "the service has no such address: check base_url (the host alone, without /v1) and the region",
    405: "the server that answered accepts no refunds at this address: check base_url",
    407: "a proxy in front of the service asks for a name and a password: set proxy and proxy_secret, or ask whoever "
    "runs the network",
    413: "a proxy or gateway in front of the service found the request too long: check base_url and the proxies",
    415: "a proxy or gateway in front of the service did not accept JSON: check base_url and the proxies",
}
"""The advice for each status that does not depend on the credentials."""

_CREDENTIALS = (
    (("signature expired", "signature not yet current", "requesttimetooskewed"), "the signature is not valid at "
     "this time: check this host's clock (NTP), then go on"),
    (("scoped to a valid region", "scoped to correct region"), "the signature is for another region "
     "than the service's: check base_url and the region that requests are signed for"),
    (("scoped to correct service", "scoped to a valid service"), "the signature is for another "
     "service than execute-api: check base_url and how requests are signed"),
    (("token included in the request is expired", "expiredtoken", "token has expired"), "the credentials have expired: "
     "get new ones, then go on"),
    (("token included in the request is invalid", "invalidclienttokenid", "unrecognizedclient"), "the credentials are "
     "not known to the service: check which credentials this program uses"),
    (("signature we calculated does not match", "invalidsignature"), "the secret key does not fit the access key: "
     "check the credentials"),
    (("missing authentication token", "missingauthenticationtoken", "incompletesignature"), "the request was not "
     "signed, or there is no such address: check auth and base_url"),
    (("not authorized to perform", "accessdenied", "explicit deny"), "the role lacks execute-api:Invoke for this "
     "service: ask for that permission, then go on"),
)  # fmt: skip
"""Parts of the API gateway's messages (in lower case), and the advice for each group of them."""

_PROXY_ADVICE = (
    ("certificate", Repair.TLS, "it asks for a client certificate, and this program sends none: check base_url, and "
     "ask whoever runs the proxy"),
    ("plain http", Repair.CONFIGURATION, "it expects TLS: check that base_url begins with https://"),
)  # fmt: skip
"""Parts of a proxy's 400 page (in lower case), and the kind of repair and the advice for each."""


def on_credentials(status: int, text: str, skew: float | None) -> str:
    """The advice on a 401 or 403, from its text and from `skew`: the seconds by which this host's clock is ahead."""
    words = f"the service refused the credentials ({status}{_quoted(text)}): "
    if skew is not None and abs(skew) > CLOCK_TOLERANCE:
        return f"{words}{skew_words(skew)}: set it (NTP), then go on"
    lowered = text.lower()
    for parts, advice in _CREDENTIALS:
        if any(part in lowered for part in parts):
            return words + advice
    return (
        f"{words}the onboarding of this store may not be finished, or its role may lack execute-api:Invoke: "
        "ask whoever set up the account, then go on"
    )


def on_web_page(status: int) -> str:
    """The advice on a 401 or 403 that is a web page. The service and its gateway answer in JSON."""
    return (
        f"a firewall or proxy in front of the service refused the request with a web page ({status}); no money moved "
        "by this attempt: see the raw answer, and ask whoever runs the network; check base_url and proxy"
    )


def on_configuration(status: int, text: str) -> str:
    """The advice on a status that is in `CONFIGURATION`."""
    return f"{CONFIGURATION[status]} ({status}{_quoted(text)})"


def on_proxy_refusal(text: str, raw: str) -> tuple[str, Repair]:
    """The advice on a 400 without `errorMsg`. `text` is a gateway's message, if there is one, and `raw` the body."""
    words = (
        f"a proxy or gateway in front of the service refused the request (400{_quoted(text)}); "
        "no money moved by this attempt: "
    )
    for part, repair, advice in _PROXY_ADVICE:
        if part in raw.lower():
            return words + advice, repair
    return f"{words}see the raw answer, and check base_url and the proxies", Repair.CONFIGURATION


def on_redirect(status: int, location: str) -> str:
    """The advice on a redirect. It is never followed, because that would post the refund somewhere else."""
    where = visible(location, 120) if location else "an address that it does not name"
    return f"the service redirects the request to {where} ({status}); it was not sent there: check base_url"


def _quoted(text: str) -> str:
    return f", {visible(text, 160)}" if text else ""
