"""Owns the texts of help: one for each screen, one for each widget that can have the focus."""

from __future__ import annotations

from refund_tui.core.filters import OPEN, SHAPES
from refund_tui.core.reasons import REASON_DIGITS

ABOUT_SCREENS = {
    "lookup": "Type or paste a trip id, or a receipt, the card's last four, an amount, a date, an article. "
    "Up and Down move in the list while you type. Enter opens the refund.",
    "refund": "Type the amount, Enter, one digit for the reason, F10. Then y refunds it; n or Escape goes back. "
    "Their keys are dim and ignored for half a second, so that a key pressed twice confirms nothing. Once it is "
    "recorded you can leave: it continues by itself, with the same id, until the answer is known.",
    "history": "Every refund, newest first; it needs no network. Enter shows one with its attempts and events. "
    "The line of keys shows only the actions that are possible now.",
    "palette": "Type a part of a command's name or of what it does; Enter runs it on the previous screen.",
    "gate": "The service asked the whole account to wait. Type why the wait can end, then Enter: its refunds "
    "are sent at once. Escape goes back and ends nothing.",
    "leaving": "Open refunds continue when the program next runs.",
}
"""The help of each screen, by its id."""

ABOUT_FIELDS = {
    "search": "You are in the search: every word must be found; a receipt, a day such as 2026-03-01, an amount.",
    "amount": "You are in the amount: digits and one decimal mark, no more than is left on the trip.",
    "currency": "You are in the currency: three letters, such as EUR; this trip's currency is not known here.",
    "reason": f"You are at the reason: one digit from {REASON_DIGITS}, or up and down.",
    "note": "You are in the note: for you and your colleagues; it is never sent.",
    "articles": "You are at the articles: Space marks one, + and - change how many; the amount is added up.",
    "find": f"You are in the filter. Its words are {'; '.join(SHAPES.values())}; {OPEN}. "
    "Every other word is searched in ids and notes. The right arrow completes a word.",
    "refunds": "You are in the list: Enter shows a refund with its attempts and events.",
    "command": "You are at the commands that are possible now.",
    "word": "You are in the reason: who allowed it, or why the wait is wrong; it stays in the ledger.",
    "paid": "You are at the result: 1 or 2, only with evidence.",
    "reference": "You are in the reference: an auditor must be able to find it.",
    "said_by": "You are in who said so: a person, a bank, the service's support.",
    "when": "You are in when it was said: a day, or a day and a time.",
    "receipt": "You are at a receipt: 40 columns, marked COPY if it was printed before.",
    "timeline": "You are at one refund: the arrows scroll it. Escape goes back; a refund under way continues.",
}
"""The help of each widget that can have the focus, by its id."""
