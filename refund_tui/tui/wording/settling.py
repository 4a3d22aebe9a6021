"""Owns the texts of the form that settles a refund."""

from __future__ import annotations

NEEDED = {
    "reference": "type a case or statement number that can be looked up",
    "said_by": "type who said so: a name, a bank, the service's support",
    "when": "type when it was said",
}
"""What to type into each field, in the order of the form."""


def not_past(now: str) -> str:
    """The time is no time, or it is after `now`."""
    return f"write the day, or day and time, such as {now}; not one in the future"
