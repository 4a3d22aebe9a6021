"""The limit of every wait in a test."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")

PATIENCE = 20.0
"""The most real seconds of one wait."""


async def soon(awaited: Awaitable[T]) -> T:
    """The result of `awaited`. Raises TimeoutError after PATIENCE seconds."""
    return await asyncio.wait_for(awaited, PATIENCE)
