"""Owns the fault script: a file that says which requests go wrong, and the queues that its steps are taken from.

A script is `{"refund": [step, …], "transactional-data": [step, …]}`. Each request takes the first step that is left and
fits; when none is, the answer is honest. A step is an object of these keys, all optional:

    status       200 to 599, with the service's own body for it unless `body` gives another
    retryAfter   text: the Retry-After header (a list: several; "http-date+5": a date 5 s ahead); in a 503's body
    body         JSON, or text sent as it is           headers     an object of further headers
    delay        seconds before the answer             drip        seconds after each byte of it
    drop         "before" or "after" the money moved: the connection is closed without an answer
    hang         true: never answered                  endless     true: a body without end
    cut          "status-line", "headers", "body": the answer ends there
    garbage      "gzip", "html", "text", "certificate" (a proxy that wants one; give it the status 400)
    redirect     a URL (status 307 unless given)
    shape        "empty", "null", "array", "no-id", "long-id", "odd-id", "not-json", "error", "gateway-error",
                 "form-feed": a 200 that is not as documented
    execute      whether the money moves; otherwise it does unless the status is not 2xx or `drop` is "before"
    date_skew    seconds by which the service's Date is ahead
    repeat       a count, or "forever"                 trip        a trip id: only requests for it take the step
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from refund_tui.sandbox.catalogue import Catalogue
from refund_tui.sandbox.errors import ScriptError
from refund_tui.sandbox.steps import Step, nearest, read_steps

REFUND = "refund"
LOOKUP = "transactional-data"
OPERATIONS = (REFUND, LOOKUP)


@dataclass(frozen=True, slots=True)
class Script:
    """The steps of each operation, in the order in which requests meet them."""

    refund: tuple[Step, ...] = ()
    lookup: tuple[Step, ...] = ()


def load_script(path: Path) -> Script:
    """The script in a JSON file; ScriptError names the file and what is wrong with it."""
    try:
        value = json.loads(path.read_bytes())
    except OSError as error:
        raise ScriptError(f"cannot read the script {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise ScriptError(f"the script {path} is not JSON: {error}") from error
    try:
        return parse_script(value)
    except ScriptError as error:
        raise ScriptError(f"the script {path}: {error}") from error


def parse_script(value: object) -> Script:
    """The script in a JSON value `{"refund": [step, …], "transactional-data": [step, …]}`, or ScriptError."""
    if not isinstance(value, dict):
        raise ScriptError('it is not an object such as {"refund": [{"status": 500}]}')
    for key in value:
        if key not in OPERATIONS:
            raise ScriptError(f'unknown operation "{key}"{nearest(key, OPERATIONS)}')
    return Script(*(read_steps(value.get(operation, []), operation) for operation in OPERATIONS))


class Faults:
    """Hands out each request's step: the script's first that is left and fits, then the trip's recipe, then honesty."""

    def __init__(self, script: Script, catalogue: Catalogue) -> None:
        self._queues = {REFUND: _Queue(script.refund), LOOKUP: _Queue(script.lookup)}
        self._recipes: dict[tuple[str, str, str], _Queue] = {}
        self._catalogue = catalogue

    def play(self, script: Script) -> None:
        """Replace what is left of the script by another one; recipes go on."""
        self._queues = {REFUND: _Queue(script.refund), LOOKUP: _Queue(script.lookup)}

    def take(self, operation: str, store_id: str | None, trip_id: str | None, request_id: str | None) -> Step:
        """The step for this request; a trip's recipe is played anew for each refund id."""
        step = self._queues[operation].take(trip_id)
        if step is None and operation == REFUND and store_id and trip_id and request_id:
            step = self._recipe(store_id, trip_id, request_id).take(trip_id)
        return step or Step()

    def _recipe(self, store_id: str, trip_id: str, request_id: str) -> _Queue:
        key = (store_id, trip_id, request_id)
        if key not in self._recipes:
            self._recipes[key] = _Queue(self._catalogue.recipe(store_id, trip_id))
        return self._recipes[key]


class _Queue:
    def __init__(self, steps: tuple[Step, ...]) -> None:
        self._left = [(step, step.repeat) for step in steps]

    def take(self, trip_id: str | None) -> Step | None:
        for place, (step, count) in enumerate(self._left):
            if step.trip in (None, trip_id):
                self._left[place : place + 1] = [(step, count - 1)] if count > 1 else []
                return step
        return None
