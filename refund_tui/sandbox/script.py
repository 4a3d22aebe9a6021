"""Owns the fault script: a file that says which requests get a faulty answer, and the queues of its steps.

A script is `{"refund": [step, …], "transactional-data": [step, …]}`. Each request takes the first remaining step that
fits it; if none fits, it gets a normal answer. A step is an object with these keys, all optional:

    status       200 to 599, with the service's own body for it unless `body` gives another
    retryAfter   text: the Retry-After header (a list: several; "http-date+5": a date in 5 s); for a 503 in the body
    body         JSON, or text sent unchanged           headers     an object of more headers
    delay        seconds before the answer             drip        seconds after each byte of it
    drop         "before" or "after" the money moved: the connection is closed without an answer
    hang         true: never answered                  endless     true: a body that never ends
    cut          "status-line", "headers", "body": the answer ends there
    garbage      "gzip", "html", "text", "certificate" (a proxy that asks for one; use it with status 400)
    redirect     a URL (status 307 unless given)
    shape        "empty", "null", "array", "no-id", "long-id", "odd-id", "not-json", "error", "gateway-error",
                 "form-feed": a 200 that the contract does not document
    execute      whether the money moves; by default it moves if the status is 2xx and `drop` is not "before"
    date_skew    seconds that are added to the service's Date
    repeat       a count, or "forever"                 trip        a trip id: only its requests take the step
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
    """The steps of each operation, in the order in which requests take them."""

    refund: tuple[Step, ...] = ()
    lookup: tuple[Step, ...] = ()


def load_script(path: Path) -> Script:
    """The script in a JSON file. Raises ScriptError with the file's name and what is wrong."""
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
    """The script in a JSON value `{"refund": [step, …], "transactional-data": [step, …]}`. Raises ScriptError."""
    if not isinstance(value, dict):
        raise ScriptError('it is not an object such as {"refund": [{"status": 500}]}')
    for key in value:
        if key not in OPERATIONS:
            raise ScriptError(f'unknown operation "{key}"{nearest(key, OPERATIONS)}')
    return Script(*(read_steps(value.get(operation, []), operation) for operation in OPERATIONS))


class Faults:
    """Gives each request its step: the first remaining step of the script that fits, else one of the trip's recipe."""

    def __init__(self, script: Script, catalogue: Catalogue) -> None:
        self._queues = {REFUND: _Queue(script.refund), LOOKUP: _Queue(script.lookup)}
        self._recipes: dict[tuple[str, str, str], _Queue] = {}
        self._catalogue = catalogue

    def play(self, script: Script) -> None:
        """Replace the rest of the script by another one. The recipes continue."""
        self._queues = {REFUND: _Queue(script.refund), LOOKUP: _Queue(script.lookup)}

    def take(self, operation: str, store_id: str | None, trip_id: str | None, request_id: str | None) -> Step:
        """The step for this request. Each refund id goes through its trip's recipe from the beginning."""
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
