"""Owns the receipt of a refund: plain text, 40 columns wide, for a till printer.

Never says more than the refund's state proves. Every print after the first is marked as a copy.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from datetime import datetime, tzinfo

from refund_tui.core.evidence import Head
from refund_tui.core.fields import reconciliation_mark
from refund_tui.core.refunds import Event, Refund, State
from refund_tui.core.text import visible

COLUMNS = 40

PRINTED = "receipt_printed"
"""The kind of the event that records a print."""

DECIDED = {
    State.ACCEPTED: "The refund was accepted by the payment service. It reaches the card within a few days.",
    State.REJECTED: "The refund was rejected. No money was moved.",
    State.CANCELLED: "The refund was cancelled. No money was moved.",
    State.SETTLED_PAID: "Checked by hand: the refund was paid.",
    State.SETTLED_UNPAID: "Checked by hand: the refund was not paid.",
}
"""The receipt's sentence for each final state."""
EVIDENCE = {"reference": "Evidence", "said_by": "Said by", "when": "When"}
"""The fields of the evidence that are printed, and their names on the receipt."""

_AWAITS = "The refund needs the approval of another person. It was not sent, and no money was moved."
_OPEN = "The refund was asked for and is not decided yet."
_ALARM = "The payment service and the books disagree about this refund: ask the store's back office."


def receipt(
    refund: Refund,
    printed_at: datetime,
    zone: tzinfo,
    *,
    copy: bool,
    evidence: Mapping[str, str] | None = None,
    head: Head | None = None,
    approval: Event | None = None,
) -> str:
    """The text of the receipt. Each line is at most 40 columns wide. `copy` means that it was printed before.

    `evidence` is what `core.refunds.evidence_of` returns for a refund that a person settled. `head` is the newest
    event of the ledger: the paper testifies for it. `approval` is what `core.refunds.approval_of` returns.
    """
    asked, gone = refund.intent, refund.redacted_at
    card = " ".join(part for part in (asked.card.brand, asked.card.tail) if part)
    facts = [
        ("Store", asked.store_id),
        ("Trip", asked.trip_id),
        *([("Receipt", asked.receipt)] if asked.receipt else []),
        *([("Card", card)] if card else []),
        *([("Redacted", f"card and articles, {gone.astimezone(zone):%Y-%m-%d}")] if gone else []),
        ("Asked", _local(refund.created_at, zone)),
        ("Printed", _local(printed_at, zone)),
        ("Clerk", refund.clerk),
        *([(approval.kind.capitalize(), approval.who)] if approval else []),
        ("Reason", asked.reason.words),
        ("Request", refund.key),
        ("Reference", refund.life.reconciliation_id or "none given"),
        *([("Its length", mark)] if (mark := reconciliation_mark(refund.life.reconciliation_id)) else []),
        *([("Ledger", head.short)] if head else []),
    ]
    title = "REFUND" if not copy else "REFUND - COPY"
    total = str(asked.amount).rjust(COLUMNS - len("Amount"))
    articles = [(of.words, of.amount.digits if of.amount else "") for of in asked.articles]
    lines = [
        title.center(COLUMNS).rstrip(),
        "",
        *_pairs(facts, len(refund.life.reconciliation_id or "")),
        "-" * COLUMNS,
    ]
    if articles:
        lines += [*_pairs(articles), "-" * COLUMNS]
    lines += [f"Amount{total}", "-" * COLUMNS]
    settled = [(words, evidence[name]) for name, words in EVIDENCE.items() if evidence and evidence.get(name)]
    says = _ALARM if refund.life.alarm else DECIDED.get(refund.state, _open(refund))
    return "\n".join([*lines, *textwrap.wrap(says, COLUMNS), *_pairs(settled)]) + "\n"


def _open(refund: Refund) -> str:
    untouched = refund.state is State.AWAITING_APPROVAL and not refund.life.maybe_executed
    return _AWAITS if untouched else _OPEN


def _local(instant: datetime, zone: tzinfo) -> str:
    return instant.astimezone(zone).strftime("%Y-%m-%d %H:%M %Z").strip()


def _pairs(facts: list[tuple[str, str]], longest: int = 0) -> list[str]:
    """Name and value on one line if both fit, else the value on the lines below, wrapped. None of `longest` is cut."""
    lines: list[str] = []
    for given_name, value in facts:
        name, shown = visible(given_name, COLUMNS), visible(value, max(COLUMNS * 8, longest))
        if len(name) + 1 + len(shown) <= COLUMNS:
            lines.append(name + shown.rjust(COLUMNS - len(name)))
        else:
            lines.append(name)
            lines.extend("  " + shown[at : at + COLUMNS - 2] for at in range(0, len(shown), COLUMNS - 2))
    return lines
