"""Owns the desk's only client of the Payment service. It is created at its first use and closed with the desk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from refund_tui.payments.client import PaymentClient
    from refund_tui.settings.load import Settings


class ServiceConnection:
    """Creates the client for the settings, or the one that `make` returns, in another thread."""

    def __init__(self, settings: Settings, make: Callable[[], PaymentClient] | None) -> None:
        self._settings, self._make = settings, make
        self._client: PaymentClient | None = None
        self._making = asyncio.Lock()

    async def client(self) -> PaymentClient:
        """The client; each call returns the same one. Raises RefundTuiError."""
        async with self._making:
            if self._client is None:
                self._client = await asyncio.to_thread(self._make or self._of_settings)
        return self._client

    async def close(self) -> None:
        """Close the client, if there is one."""
        if self._client is not None:
            await self._client.aclose()

    def _of_settings(self) -> PaymentClient:
        from refund_tui.payments.client import PaymentClient  # imports httpx, which is slow

        return PaymentClient.for_settings(self._settings)
