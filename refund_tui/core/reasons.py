"""Owns the reason codes of a refund, in the order of the contract, and the words that a clerk reads."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class ReasonCode(StrEnum):
    """The reason codes (contract page: refundReasonCode). `words` is what the clerk reads."""

    words: str

    DAMAGED_ITEM = "DAMAGED_ITEM", "damaged or spoiled"
    EXPIRED_ITEM = "EXPIRED_ITEM", "past its date"
    UNWANTED_ITEM = "UNWANTED_ITEM", "brought back, not wanted"
    JWO_TECH_ERROR = "JWO_TECH_ERROR", "billed wrongly by the store"
    OTHER = "OTHER", "something else"

    def __new__(cls, code: str, words: str = "") -> Self:
        """Create a member: a string that equals its code."""
        member = str.__new__(cls, code)
        member._value_, member.words = code, words
        return member

    @property
    def digit(self) -> int:
        """The key that selects it: its place in the order, from 1."""
        return list(ReasonCode).index(self) + 1

    @classmethod
    def by_digit(cls, digit: int) -> ReasonCode | None:
        """The reason that `digit` selects, or None."""
        codes = list(cls)
        return codes[digit - 1] if 1 <= digit <= len(codes) else None

    @classmethod
    def parse(cls, text: str) -> ReasonCode | None:
        """The reason that was typed, as its digit or its name in any case, or None."""
        if len(text) == 1 and text.isascii() and text.isdigit():
            return cls.by_digit(int(text))
        return cls.__members__.get(text.upper())


REASON_DIGITS = f"1 to {len(ReasonCode)}"
"""The digits that select a reason, in words."""
