"""Owns the cases of the drill: what is done to a refund, what a person does about it, what must become of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from refund_tui.core.refunds import Action, State


@dataclass(frozen=True, slots=True)
class Case:
    """One refund and its fate: `steps` is what the service does to its requests (the sandbox's fault steps).

    `then` is what a person does once nothing goes on by itself; `end` and `moves` are what must be true in the end.
    """

    name: str
    steps: list[dict[str, Any]] = field(default_factory=list)
    then: Action | None = None
    end: State = State.ACCEPTED
    moves: int = 1
    known: bool = True


CASES = (
    Case("an ordinary yes"),
    Case("a yes without a body", [{"shape": "empty"}]),
    Case("a yes with an odd id", [{"shape": "odd-id"}]),
    Case("rate limited, Retry-After 1", [{"status": 429, "retryAfter": "1"}]),
    Case("rate limited twice, two headers", [{"status": 429, "retryAfter": ["1", "0"], "repeat": 2}]),
    Case("unavailable, retryAfter in the body", [{"status": 503, "retryAfter": "1"}]),
    Case("server error, nothing moved", [{"status": 500}]),
    Case("server error after the money moved", [{"status": 500, "execute": True}]),
    Case("bad gateway", [{"status": 502}]),
    Case("connection lost before it moved", [{"drop": "before"}]),
    Case("connection lost after it moved", [{"drop": "after"}]),
    Case("answer cut in the status line", [{"cut": "status-line", "execute": True}]),
    Case("answer cut in the headers", [{"cut": "headers", "execute": True}]),
    Case("answer cut in the JSON", [{"cut": "body", "execute": True}]),
    Case("bad gzip", [{"garbage": "gzip", "execute": True}]),
    Case("a proxy's page instead of an answer", [{"garbage": "html", "execute": False}]),
    Case("an error in a 200, after the money moved", [{"shape": "error"}]),
    Case("an error in a 200, nothing moved", [{"shape": "gateway-error", "execute": False}]),
    Case("a form feed in a 200", [{"shape": "form-feed", "execute": False}]),
    Case("an odd yes (202)", [{"status": 202, "execute": True}]),
    Case("an endless answer", [{"endless": True, "execute": True}]),
    Case("no answer, then a no", [{"drop": "after"}, {"status": 400}], Action.ASK_AGAIN),
    Case("redirected elsewhere, repaired", [{"redirect": "https://elsewhere.invalid/"}], Action.GO_ON),
    Case("a proxy's 400, repaired", [{"status": 400, "garbage": "certificate"}], Action.GO_ON),
    Case("not authorised, repaired", [{"status": 403}], Action.GO_ON),
    Case("a malformed request by its answer", [{"status": 400}], end=State.REJECTED, moves=0),
    Case("a trip the service does not know", known=False, end=State.REJECTED, moves=0),
)
