"""How long a test waits for what never comes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")

PATIENCE = 20.0
"""Real seconds."""


async def soon(awaited: Awaitable[T]) -> T:
    """What `awaited` gives. Raises TimeoutError if it does not come."""
    return await asyncio.wait_for(awaited, PATIENCE)
