"""Owns the words of the history's filter line, such as `state:UNKNOWN clerk:ana day:2026-11-23 reason:1 text`.

Every word that is not one of these is text to be found; nothing typed is ever a query language of the store's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from refund_tui.core.money import AmountError, parse_amount
from refund_tui.core.reasons import ReasonCode
from refund_tui.core.refunds import State
from refund_tui.store.history import Filter

SHAPES = {
    "state": "state:UNKNOWN,WAITING",
    "clerk": "clerk:ana",
    "reason": "reason:1",
    "day": "day:today or day:2026-03-01",
    "since": "since:2026-03-01",
    "until": "until:2026-03-31",
    "amount": "amount:12.50 or amount:5-20",
}
"""Each word, as it is written."""


class QueryError(ValueError):
    """A word that cannot be used; its text says how to write it."""


@dataclass(frozen=True, slots=True)
class Query:
    """Reads filter lines; days are those of `zone`, amounts those of `currency`."""

    zone: tzinfo
    today: date
    currency: str

    def read(self, line: str) -> Filter:
        """What the line asks for. Raises QueryError."""
        wanted, texts = Filter(), []
        for word in line.split():
            name, colon, value = word.partition(":")
            reader = self._readers().get(name.lower()) if colon else None
            if reader is None:
                texts.append(word)
            elif value:
                wanted = reader(wanted, value)
        return replace(wanted, text=" ".join(texts))

    def _readers(self) -> dict[str, Callable[[Filter, str], Filter]]:
        return {
            "state": lambda wanted, value: replace(wanted, states=_states(value)),
            "clerk": lambda wanted, value: replace(wanted, clerk=value),
            "reason": lambda wanted, value: replace(wanted, reason=_reason(value)),
            "day": lambda wanted, value: replace(wanted, since=self._day(value), until=self._day(value, 1)),
            "since": lambda wanted, value: replace(wanted, since=self._day(value)),
            "until": lambda wanted, value: replace(wanted, until=self._day(value, 1)),
            "amount": self._amount,
        }

    def _day(self, value: str, further: int = 0) -> datetime:
        """The first instant (UTC) of a day, or of one `further` on."""
        try:
            day = self.today if value.lower() == "today" else date.fromisoformat(value)
            local = datetime.combine(day + timedelta(days=further), time.min, tzinfo=self.zone)
            return local.astimezone(UTC)
        except (ValueError, OverflowError):
            raise QueryError(f"a day is written {self.today.isoformat()}, or today") from None

    def _amount(self, wanted: Filter, value: str) -> Filter:
        least, dash, most = value.partition("-")
        try:
            lowest = parse_amount(least, self.currency).minor if least else None
            highest = (parse_amount(most, self.currency).minor if most else None) if dash else lowest
        except AmountError as error:
            raise QueryError(f"amount: {error}") from None
        return replace(wanted, least=lowest, most=highest)


def _states(value: str) -> frozenset[State]:
    try:
        return frozenset(State(name.upper()) for name in value.split(",") if name)
    except ValueError:
        known = complete(f"state:{value.rpartition(',')[2]}") or [str(state) for state in State]
        raise QueryError("states: " + " ".join(word.removeprefix("state:") for word in known)) from None


def _reason(value: str) -> ReasonCode:
    found = ReasonCode.parse(value)
    if found is None:
        raise QueryError("reasons: " + "  ".join(f"{code.digit} {code.words}" for code in ReasonCode))
    return found


def complete(line: str) -> list[str]:
    """The words that the last one of a line may become."""
    word = re.split(r"\s", line)[-1]
    name, colon, value = word.partition(":")
    if not colon:
        return [f"{known}:" for known in SHAPES if word and known.startswith(word.lower())]
    if name.lower() == "state":
        done, comma, begun = value.rpartition(",")
        return [f"{name}:{done}{comma}{state}" for state in State if state.startswith(begun.upper())]
    if name.lower() == "reason":
        return [f"{name}:{code.digit}" for code in ReasonCode if not value]
    return [f"{name}:today"] if name.lower() == "day" and "today".startswith(value.lower()) else []
