"""Owns the service's decisions: from the bytes of one request to its answer, without sockets or waiting.

The order of the checks: is the request valid, does the trip exist, was the id seen before. Then a fault step may change
the answer. The money moves and is recorded before anything is answered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from refund_tui.sandbox import answers
from refund_tui.sandbox.answers import Reply
from refund_tui.sandbox.books import Books, utc_now
from refund_tui.sandbox.catalogue import Catalogue, transactional_data
from refund_tui.sandbox.contract import BadRequest, mentioned, read_json, read_query, read_refund
from refund_tui.sandbox.records import Verdict
from refund_tui.sandbox.script import LOOKUP, REFUND, Faults, Script
from refund_tui.sandbox.steps import Step

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class AnswerPlan:
    """The answer to send, and the step that says how. `date` is the service's time for the Date header."""

    reply: Reply
    step: Step
    date: datetime


@dataclass(frozen=True, slots=True)
class _Decision:
    reply: Reply
    verdict: Verdict
    why: str = ""


class PaymentService:
    """A Payment service without sockets. `wall` is its clock, in UTC."""

    def __init__(
        self, books: Books, catalogue: Catalogue, script: Script | None = None, wall: Callable[[], datetime] = utc_now
    ) -> None:
        self.books = books
        self._catalogue = catalogue
        self._faults = Faults(script or Script(), catalogue)
        self._wall = wall

    def play(self, script: Script) -> None:
        """Replace the rest of the fault script."""
        self._faults.play(script)

    def refund(self, headers: Headers, body: bytes) -> AnswerPlan:
        """`POST /v1/refund`."""
        return self._serve(REFUND, headers, body, self._decide_refund)

    def transactional_data(self, headers: Headers, body: bytes) -> AnswerPlan:
        """`POST /v1/payment/transactional-data`."""
        return self._serve(LOOKUP, headers, body, self._decide_lookup)

    def refuse(self, operation: str, headers: Headers, body: bytes, reply: Reply) -> AnswerPlan:
        """Record a request that is not for an operation of the service; its answer is `reply`."""
        self.books.arrive(
            operation=operation, headers=headers, body=body, verdict=Verdict.NOT_SERVED, answer=str(reply.status)
        )
        return AnswerPlan(reply, Step(), self._wall())

    def _serve(
        self,
        operation: str,
        headers: Headers,
        body: bytes,
        decide: Callable[[Mapping[str, object], bytes, Step], _Decision],
    ) -> AnswerPlan:
        value, unreadable = _read(body)
        trip_id, request_id = mentioned(value, "shoppingTripId"), mentioned(value, "refundRequestId")
        step = self._faults.take(operation, mentioned(value, "storeId"), trip_id, request_id)
        decision = _refused(unreadable) if unreadable else decide(value, body, step)
        date = self._wall() + timedelta(seconds=step.date_skew)
        reply = answers.apply_step(decision.reply, step, date)
        self.books.arrive(
            operation=operation,
            headers=headers,
            body=body,
            verdict=decision.verdict,
            answer=_described(reply, step),
            why=decision.why,
            fault=step.source,
            request_id=request_id,
            trip_id=trip_id,
        )
        return AnswerPlan(reply, step, date)

    def _decide_refund(self, value: Mapping[str, object], body: bytes, step: Step) -> _Decision:
        try:
            request = read_refund(value)
        except BadRequest as error:
            return _refused(str(error))
        if self._catalogue.find(request.store_id, request.trip_id) is None:
            return _Decision(answers.unknown_trip(), Verdict.REFUSED, "no such trip in this store")
        verdict, reconciliation_id = self.books.refund(request, body, step.moves_money)
        if verdict is Verdict.CONFLICT:
            return _Decision(answers.bad_request(), verdict, "this refundRequestId was executed with another body")
        return _Decision(answers.accepted(reconciliation_id), verdict)

    def _decide_lookup(self, value: Mapping[str, object], _body: bytes, _step: Step) -> _Decision:
        try:
            query = read_query(value)
        except BadRequest as error:
            return _refused(str(error))
        trip = self._catalogue.find(query.store_id, query.trip_id)
        if trip is None:
            return _Decision(answers.unknown_trip(), Verdict.REFUSED, "no such trip in this store")
        return _Decision(answers.say(200, transactional_data(trip)), Verdict.LOOKED_UP)


def _read(body: bytes) -> tuple[dict[str, object], str]:
    """The body's JSON object; or an empty one, and why it cannot be read."""
    try:
        return read_json(body), ""
    except BadRequest as error:
        return {}, str(error)


def _refused(why: str) -> _Decision:
    return _Decision(answers.bad_request(), Verdict.REFUSED, why)


def _described(reply: Reply, step: Step) -> str:
    if step.hang:
        return "never"
    if step.drop is not None:
        return "dropped"
    if step.cut is not None:
        return f"{reply.status}, cut in the {step.cut}"
    return f"{reply.status}, endless" if step.endless else str(reply.status)
