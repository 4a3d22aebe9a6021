"""Owns the faults that one answer can have, as a `Step`, and how a step is read from JSON.

Never applies a step: `service` decides about the money, `server` about the bytes.
"""

from __future__ import annotations

import difflib
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from refund_tui.sandbox.errors import ScriptError

FOREVER = math.inf
_LONGEST = 86_400.0

CUTS = ("status-line", "headers", "body")
DROPS = ("before", "after")
GARBAGE = ("gzip", "html", "text", "certificate")
SHAPES = (
    "empty", "null", "array", "no-id", "long-id", "odd-id", "not-json", "error", "gateway-error", "form-feed",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """What happens to one request. The empty step is a normal answer. Times are in seconds.

    `source` is the step's JSON in the script, for the record. `body` is bytes and their content type. `retry_after` are
    header values; for a 503 the contract has it in the body. `repeat` is the number of requests that take this step.
    """

    source: str = ""
    status: int | None = None
    retry_after: tuple[str, ...] = ()
    body: tuple[bytes, str] | None = None
    headers: tuple[tuple[str, str], ...] = ()
    delay: float = 0.0
    execute: bool | None = None
    drop: str | None = None
    hang: bool = False
    cut: str | None = None
    drip: float = 0.0
    endless: bool = False
    garbage: str | None = None
    redirect: str | None = None
    shape: str | None = None
    date_skew: float = 0.0
    repeat: float = 1
    trip: str | None = None

    @property
    def moves_money(self) -> bool:
        """Whether a valid refund is executed: as `execute` says, else if `drop` is "after", else with a 2xx status."""
        if self.execute is not None:
            return self.execute
        if self.drop is not None:
            return self.drop == "after"
        return self.status is None or 200 <= self.status < 300


def read_steps(value: object, where: str) -> tuple[Step, ...]:
    """The steps in a JSON array. Raises ScriptError with `where`, the step's number from 1, and the key."""
    if not isinstance(value, list):
        raise ScriptError(f"{where} is not a list of steps")
    return tuple(_read_step(step, f"{where} step {number}") for number, step in enumerate(value, 1))


def nearest(word: str, words: tuple[str, ...]) -> str:
    """`: did you mean "…"?`, or all words if none is similar."""
    close = difflib.get_close_matches(word, words, n=1)
    return f': did you mean "{close[0]}"?' if close else ": it can be " + ", ".join(f'"{known}"' for known in words)


def _read_step(value: object, where: str) -> Step:
    if not isinstance(value, dict):
        raise ScriptError(f'{where} is not an object such as {{"status": 500}}')
    fields: dict[str, Any] = {"source": json.dumps(value, ensure_ascii=True, separators=(",", ":"))}
    for key, found in value.items():
        if key not in _READERS:
            raise ScriptError(f'{where}: unknown key "{key}"{nearest(key, tuple(_READERS))}')
        name, read = _READERS[key]
        try:
            fields[name] = read(found)
        except ValueError as error:
            raise ScriptError(f'{where}, key "{key}": {error}') from error
    step = Step(**_with_redirect_status(fields))
    _check(step, where)
    return step


def _with_redirect_status(fields: dict[str, Any]) -> dict[str, Any]:
    return {"status": 307} | fields if "redirect" in fields else fields


def _check(step: Step, where: str) -> None:
    """Raise ScriptError for a step whose keys contradict each other."""
    for group in (("drop", "hang", "cut", "drip", "endless"), ("body", "garbage", "shape", "endless", "drop", "hang")):
        if len(both := [name for name in group if getattr(step, name)]) > 1:
            raise ScriptError(f'{where}: "{both[0]}" and "{both[1]}" exclude each other')
    if step.drop is not None and step.execute not in (None, step.drop == "after"):
        raise ScriptError(f'{where}: "drop": "{step.drop}" and "execute": {str(step.execute).lower()} contradict')
    if step.shape is not None and step.status not in (None, 200):
        raise ScriptError(f'{where}: "shape" is for a 200 and cannot be used with another "status"')
    if step.redirect is not None and not 300 <= (step.status or 0) < 400:
        raise ScriptError(f'{where}: "redirect" needs a "status" from 300 to 399')
    if step.status == 503 and len(step.retry_after) > 1:
        raise ScriptError(
            f'{where}, key "retryAfter": a 503 has one value, in its body; put more of them into "headers"'
        )


def _status(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 200 <= value <= 599:
        raise ValueError(f"{json.dumps(value)} is not a status from 200 to 599")
    return value


def _retry_after(value: object) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(_line(each) for each in values)


def _line(value: object) -> str:
    if not isinstance(value, str) or not value.isprintable() or value != value.strip():
        raise ValueError(f"{json.dumps(value)} is not one line of text in quotes, without spaces before or after it")
    return value


def _headers(value: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict):
        raise ValueError('it is not an object such as {"X-Name": "value"}')
    for name in value:
        if name.lower() in ("content-length", "transfer-encoding", "connection"):
            raise ValueError(f'"{name}" is set by the server; use "cut" or "endless" for a broken answer')
        if not name.isascii() or not name.replace("-", "").replace("_", "").isalnum():
            raise ValueError(f"{json.dumps(name)} is not a header's name")
    return tuple((name, _line(text)) for name, text in value.items())


def _body(value: object) -> tuple[bytes, str]:
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass"), "text/plain; charset=utf-8"
    return json.dumps(value).encode(), "application/json"


def _seconds(value: object) -> float:
    if (seconds := _signed_seconds(value)) < 0:
        raise ValueError(f"{json.dumps(value)} is negative")
    return seconds


def _signed_seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) <= _LONGEST * 365:
        raise ValueError(f"{json.dumps(value)} is not a number of seconds")
    return float(value)


def _repeat(value: object) -> float:
    if value == "forever":
        return FOREVER
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f'{json.dumps(value)} is neither a count from 1 nor "forever"')
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{json.dumps(value)} is neither true nor false")
    return value


def _url(value: object) -> str:
    text = _line(value)
    if not urlsplit(text).scheme and not text.startswith("/"):
        raise ValueError(f"{json.dumps(value)} is neither a URL nor a path")
    return text


def _one_of(words: tuple[str, ...]) -> Callable[[object], str]:
    def read(value: object) -> str:
        if not isinstance(value, str) or value not in words:
            raise ValueError(f"{json.dumps(value)} is not known{nearest(str(value), words)}")
        return value

    return read


_READERS: Mapping[str, tuple[str, Callable[[object], object]]] = {
    "status": ("status", _status),
    "retryAfter": ("retry_after", _retry_after),
    "body": ("body", _body),
    "headers": ("headers", _headers),
    "delay": ("delay", _seconds),
    "execute": ("execute", _flag),
    "drop": ("drop", _one_of(DROPS)),
    "hang": ("hang", _flag),
    "cut": ("cut", _one_of(CUTS)),
    "drip": ("drip", _seconds),
    "endless": ("endless", _flag),
    "garbage": ("garbage", _one_of(GARBAGE)),
    "redirect": ("redirect", _url),
    "shape": ("shape", _one_of(SHAPES)),
    "date_skew": ("date_skew", _signed_seconds),
    "repeat": ("repeat", _repeat),
    "trip": ("trip", _line),
}
"""The field of `Step` and the reader of its value, by key in the script."""
