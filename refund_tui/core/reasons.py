"""Owns the reason codes of a refund, in the order of the contract, and what they mean in plain words."""

from __future__ import annotations

from enum import StrEnum


class ReasonCode(StrEnum):
    """Payment service, refund, refundReasonCode. The digit that picks one is its place, from 1 to 5."""

    DAMAGED_ITEM = "DAMAGED_ITEM"
    EXPIRED_ITEM = "EXPIRED_ITEM"
    UNWANTED_ITEM = "UNWANTED_ITEM"
    JWO_TECH_ERROR = "JWO_TECH_ERROR"
    OTHER = "OTHER"

    @property
    def words(self) -> str:
        """What a clerk would say."""
        return _WORDS[self]

    @property
    def digit(self) -> int:
        """The key that picks it."""
        return list(ReasonCode).index(self) + 1

    @classmethod
    def by_digit(cls, digit: int) -> ReasonCode | None:
        """The reason that `digit` picks, or None."""
        codes = list(cls)
        return codes[digit - 1] if 1 <= digit <= len(codes) else None

    @classmethod
    def parse(cls, text: str) -> ReasonCode | None:
        """The reason that was typed, as its digit or its name in any case, or None."""
        if len(text) == 1 and text.isascii() and text.isdigit():
            return cls.by_digit(int(text))
        return cls.__members__.get(text.upper())


_WORDS = {
    ReasonCode.DAMAGED_ITEM: "damaged or spoiled",
    ReasonCode.EXPIRED_ITEM: "past its date",
    ReasonCode.UNWANTED_ITEM: "brought back, not wanted",
    ReasonCode.JWO_TECH_ERROR: "billed wrongly by the store",
    ReasonCode.OTHER: "something else",
}
