"""Owns announcements and hints: what happened, whether money may have moved, what to do next, why a list is empty.

It decides nothing: it only words what the caller passes.
"""

from __future__ import annotations

from pathlib import Path

from refund_tui.core.money import Money
from refund_tui.core.refunds import Draft
from refund_tui.core.text import visible
from refund_tui.core.trips import Article
from refund_tui.desk.desk import Desk
from refund_tui.tui.commands import key_of
from refund_tui.tui.widgets.plain_text import Part
from refund_tui.tui.wording.states import STYLES, short
from refund_tui.tui.wording.trip_facts import draft_words

ASKING_CARD = "Asking the service which card paid this trip …"
NO_SHELL_NOW = "A request is under way: go to the shell when its answer is here."
TYPE_AMOUNT_AGAIN = "This is real money: type the amount again, then Enter."
WAIT_ENDED = "The account's wait was ended: its refunds are sent now."
MARK_TAKEN_OFF = "Another refund gave back an article that was marked here: check the amount."
PRICE_NOT_KNOWN = "The price of a marked article is not known here: type the amount."
RECEIPT_SENT = "Sent to your terminal's clipboard. This program cannot see whether it arrived."

BEING_RECORDED = "Your yes was taken and is being recorded. Nothing is sent before it is on disk."
STILL_BEING_RECORDED = "A refund is being recorded: what comes of it is said here. Do not refund it anew."


def too_small(columns: int, rows: int, quit_key: str) -> str:
    """For a terminal that is smaller than the screens need. `quit_key` is the only key that is heard then."""
    return (
        f"This terminal is too small: {columns} columns and {rows} rows are needed. Only {quit_key} is heard: it quits."
    )


def typed_blindly(number: int) -> str:
    """After keys were dropped because the terminal was too small to show what they would do."""
    keys = "1 key" if number == 1 else f"{number} keys"
    return f"{keys} did nothing while the terminal was too small. Check the fields."


def keys_not_taken(number: int) -> str:
    """After keys were dropped because the host was too slow."""
    return f"This host was too slow: {number} keys typed ahead were dropped. Check the fields."


def program_failed(error: Exception, file: Path | None, history: str) -> str:
    """For a fault of the program. `file` has the traceback, `history` is the key of the history."""
    where = f" For support: {file}" if file else ""
    return f"This program failed ({type(error).__name__}). What is in the history ({history}) is safe.{where}"


def given_back(article: Article) -> str:
    """For an article that earlier refunds of the trip gave back completely."""
    return f"{visible(article.name or article.id, 40)} was given back already. If that is not so, type the amount."


DROP_DRAFT = "Drop draft"
"""The name of the key that drops a draft."""


def draft_kept(desk: Desk, draft: Draft) -> str:
    """For a draft of an earlier session: its time, and the key that opens it."""
    since = draft_words(desk, draft.saved_at) if draft.saved_at else "A draft"
    what = f"{visible(draft.amount, 12)} on trip {short(draft.trip_id)}".strip()
    return f"{since} was kept: {what}. {key_of('refund', desk.settings.keys)} goes back to it."


def draft_dropped(draft: Draft) -> str:
    """After a draft was dropped: nothing was refunded."""
    what = f": {visible(draft.amount, 12)}" if draft.amount else ""
    return f"The draft was dropped{what}. Nothing was refunded."


def amount_changed(typed: str, amount: Money) -> str:
    """After the program replaced a typed amount."""
    return f"The amount was {visible(typed, 20)}, now it is {amount}."


def known_as(trip_id: str, known: str) -> str:
    """For a typed trip id whose recorded spelling is different."""
    return f"{trip_id} is taken for {known}: the same trip, as it is written here."


def nothing_recorded(why: Exception) -> str:
    """For a confirmed refund that the ledger refused."""
    return f"Nothing was recorded and nothing was sent: {why}"


def not_kept(why: Exception) -> str:
    """A draft cannot be saved now."""
    return f"What is typed is not saved yet: {why}. Saving is tried again; nothing was refunded."


def exported(number: int, path: Path) -> str:
    """After an export."""
    return f"{number} {'refund was' if number == 1 else 'refunds were'} written to {path}"


def nothing_refunded(trip_id: str) -> str:
    """For a question before a refund that was left without an answer."""
    return f"Nothing was refunded on trip {short(trip_id)}."


NOT_ANSWERED = "Nothing was done: a question is still without an answer."


def way_back(key: str) -> str:
    """For a question that was left without an answer."""
    return f"{key} goes back to the question."


def idle_soon(seconds: int) -> str:
    """While the last minute without a key is counted down."""
    if not seconds:
        return "No key for a while: ends when the awaited answer is on disk."
    return f"No key for a while: ends in {seconds:2} s. Press any key to stay. Drafts are kept."


def idle_ended(minutes: int | None, unanswered: str, going_on: int) -> str:
    """After the end. `unanswered` is what did not happen, `going_on` the number of refunds that go on by themselves."""
    refunds = "1 refund is" if going_on == 1 else f"{going_on} refunds are"
    open_ones = f"{refunds} still open and will go on when refund-tui or refund-tui resume next runs."
    told = (f"No key was pressed for {minutes} minutes, so the terminal ended.", unanswered, open_ones * bool(going_on))
    return " ".join(filter(None, told))


def draft_lost(why: Exception) -> str:
    """For a draft that could not be saved at the end."""
    return f"What was typed last could not be kept as a draft ({why}). Nothing was refunded by it."


def not_the_amount(amount: str | None) -> str:
    """For a wrong amount in the second field."""
    return f"That is not the amount: type {amount}, or Escape goes back."


def too_early(key: str) -> str:
    """For an answer during the grace period."""
    return f"Too early: {key} was not taken. Press it again when its key is lit."


def receipt_written(path: Path) -> str:
    """After a receipt was written to a file."""
    return f"The receipt was written to {path}"


def sent_to_clipboard(text: str) -> str:
    """After the terminal was asked to copy `text`."""
    return f"Sent to your terminal's clipboard. If it did not arrive, select it on the screen: {text}"


NO_TRIPS: tuple[Part, ...] = (
    ("No trips are known here yet.", "bold"),
    "\n\nType a trip id and press Enter, or have the operator import them:\n\n",
    ("  refund-tui trips import FILE", STYLES["accent"]),
)
NO_NEXT, NO_PREVIOUS = "This is the last refund of the list.", "This is the first refund of the list."
NO_REFUNDS: tuple[Part, ...] = (
    ("No refunds yet.", "bold"),
    "\n\nRefunds made in Lookup appear here, newest first. Reading them needs no network.",
)
REFUNDS_MISSING: tuple[Part, ...] = (
    ("Refunds are missing here.", "bold"),
    "\n\nThe ledger cannot be used as it is. Do not refund again what you do not see here.",
)
NO_MATCH: tuple[Part, ...] = (("No refund matches.", "bold"), "\n\nctrl+u empties the line; F1 explains its words.")


def no_clerk(name: str, clerks: tuple[str, ...]) -> tuple[Part, ...]:
    """For a filter with an unknown clerk. `clerks` are the names that exist."""
    known = ", ".join(visible(one, 40) for one in clerks[:20]) + (" …" if len(clerks) > 20 else "")
    return ("No clerk here is called ", (visible(name, 40), "bold"), f".\n\nThe clerks are: {known}")


UNUSABLE: tuple[Part, ...] = (("Nothing is shown.", "bold"), "\n\nThe filter above is not valid.")
NO_COMMAND = " No command that is possible now contains these words; F1 lists them."


def no_trip(text: str, problem: str | None) -> tuple[Part, ...]:
    """For a search without a result. `problem` is why `text` cannot be a trip id either."""
    title = ("No trip here matches.", "bold")
    if problem:
        return title, f"\n\n{problem}."
    return (
        title, "\n\nEnter opens a refund on the trip id as typed: ", (visible(text, 60), "bold"),
        "\nHow much was charged is then not known here: only the service knows.",
    )  # fmt: skip


def last_four_or_id(digits: str) -> str:
    """For four digits that no card has: they are more likely a card than a trip id."""
    return f"No trip here has the last four {digits}. Enter again opens a refund on a trip whose whole id is {digits}."


WORD_NEEDED = "type why, in a few words"
"""For a person who approves or declines a refund without a word."""

NEEDED = {
    "reference": "type a case or statement number that can be looked up",
    "said_by": "type who said so: a name, a bank, the service's support",
    "when": "type when it was said",
}
"""The problem of each empty field, in the order of the form."""


def not_past(now: str) -> str:
    """For a text that is not a time, or is after `now`."""
    return f"write the day, or day and time, such as {now}; not one in the future"
