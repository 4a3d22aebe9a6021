"""Owns the check of the service that the ledger belongs to, beside the one that is configured. Only reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

from refund_tui.commands.checks import Result, fail, ok, warn
from refund_tui.core.ledger_services import LOOPBACK, open_elsewhere
from refund_tui.desk.opening import storage_of
from refund_tui.errors import StoreError

if TYPE_CHECKING:
    from refund_tui.settings.load import Settings

NAME = "ledger's service"

_NONE_YET = "not named yet: the next terminal that the ledger's owner opens names it"


def check_belonging(settings: Settings) -> Iterator[Result]:
    """Whether refunds can be made and sent with these settings, and what is open at other services.

    A ledger that cannot be read is another check's.
    """
    try:
        with closing(storage_of(settings).open_history()) as history:
            belonging = history.belonging()
            elsewhere = history.elsewhere(belonging.here(settings.service))
    except StoreError:
        return
    refusal = belonging.refusal(settings.service) if settings.base_url and belonging.environment else None
    if refusal:
        yield fail(NAME, refusal, "until then nothing is sent with these settings")
    else:
        yield ok(NAME, str(belonging) if belonging.environment else _NONE_YET)
    if told := open_elsewhere(elsewhere):
        yield warn(NAME, told, _remedy(LOOPBACK in elsewhere))


def _remedy(unsaid: bool) -> str:
    if unsaid:
        return f"version 0.1.0 did not record which {LOOPBACK} service: say it by refund-tui ledger assign-endpoint"
    return "run refund-tui resume with base_url set to it"
