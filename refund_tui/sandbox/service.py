"""Owns the service's decisions: from the bytes of one request to its answer and its fate, without sockets or waiting.

The order is: is it valid, does the trip exist, has the id been seen; the fault comes over what these say. The money
moves, and the books know it, before anything is answered.
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
    """What is to be sent, and how; `date` is the service's clock for the Date header."""

    reply: Reply
    step: Step
    date: datetime


@dataclass(frozen=True, slots=True)
class _Ruling:
    reply: Reply
    verdict: Verdict
    why: str = ""


class PaymentService:
    """A Payment service without its sockets. `wall` is its clock, in UTC."""

    def __init__(
        self, books: Books, catalogue: Catalogue, script: Script | None = None, wall: Callable[[], datetime] = utc_now
    ) -> None:
        self.books = books
        self._catalogue = catalogue
        self._faults = Faults(script or Script(), catalogue)
        self._wall = wall

    def play(self, script: Script) -> None:
        """Replace what is left of the fault script."""
        self._faults.play(script)

    def refund(self, headers: Headers, body: bytes) -> AnswerPlan:
        """`POST /v1/refund`."""
        return self._serve(REFUND, headers, body, self._rule_refund)

    def transactional_data(self, headers: Headers, body: bytes) -> AnswerPlan:
        """`POST /v1/payment/transactional-data`."""
        return self._serve(LOOKUP, headers, body, self._rule_lookup)

    def refuse(self, operation: str, headers: Headers, body: bytes, reply: Reply) -> AnswerPlan:
        """A request that is none of the service's: written down, and answered as the server decided."""
        self.books.arrive(
            operation=operation, headers=headers, body=body, verdict=Verdict.NOT_SERVED, answer=str(reply.status)
        )
        return AnswerPlan(reply, Step(), self._wall())

    def _serve(
        self,
        operation: str,
        headers: Headers,
        body: bytes,
        rule: Callable[[Mapping[str, object], bytes, Step], _Ruling],
    ) -> AnswerPlan:
        value, unreadable = _lenient(body)
        trip_id, request_id = mentioned(value, "shoppingTripId"), mentioned(value, "refundRequestId")
        step = self._faults.take(operation, mentioned(value, "storeId"), trip_id, request_id)
        ruling = _refused(unreadable) if unreadable else rule(value, body, step)
        date = self._wall() + timedelta(seconds=step.date_skew)
        reply = answers.spoiled(ruling.reply, step, date)
        self.books.arrive(
            operation=operation,
            headers=headers,
            body=body,
            verdict=ruling.verdict,
            answer=_told(reply, step),
            why=ruling.why,
            fault=step.told,
            request_id=request_id,
            trip_id=trip_id,
        )
        return AnswerPlan(reply, step, date)

    def _rule_refund(self, value: Mapping[str, object], body: bytes, step: Step) -> _Ruling:
        try:
            request = read_refund(value)
        except BadRequest as error:
            return _refused(str(error))
        if self._catalogue.find(request.store_id, request.trip_id) is None:
            return _Ruling(answers.unknown_trip(), Verdict.REFUSED, "no such trip in this store")
        verdict, reconciliation_id = self.books.refund(request, body, step.moves_money)
        if verdict is Verdict.CONFLICT:
            return _Ruling(answers.bad_request(), verdict, "this refundRequestId was executed with another body")
        return _Ruling(answers.accepted(reconciliation_id), verdict)

    def _rule_lookup(self, value: Mapping[str, object], _body: bytes, _step: Step) -> _Ruling:
        try:
            query = read_query(value)
        except BadRequest as error:
            return _refused(str(error))
        trip = self._catalogue.find(query.store_id, query.trip_id)
        if trip is None:
            return _Ruling(answers.unknown_trip(), Verdict.REFUSED, "no such trip in this store")
        return _Ruling(answers.say(200, transactional_data(trip)), Verdict.LOOKED_UP)


def _lenient(body: bytes) -> tuple[dict[str, object], str]:
    """The body's object, or an empty one and why it cannot be read."""
    try:
        return read_json(body), ""
    except BadRequest as error:
        return {}, str(error)


def _refused(why: str) -> _Ruling:
    return _Ruling(answers.bad_request(), Verdict.REFUSED, why)


def _told(reply: Reply, step: Step) -> str:
    if step.hang:
        return "never"
    if step.drop is not None:
        return "dropped"
    if step.cut is not None:
        return f"{reply.status}, cut in the {step.cut}"
    return f"{reply.status}, endless" if step.endless else str(reply.status)
