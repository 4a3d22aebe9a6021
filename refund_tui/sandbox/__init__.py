"""A Payment service on loopback, for the demo, for training and for tests.

It is written from the contract alone and shares no code with the client, so that one misreading cannot be on both
sides. It binds only loopback, asks for no credentials and moves no real money: it records what a real service would
have moved. The names below are loaded when they are first used, so that a program which only lists its commands does
not load HTTP.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from refund_tui.sandbox.books import Arrival, Books, Execution, Verdict
    from refund_tui.sandbox.catalogue import Catalogue, ServiceTrip
    from refund_tui.sandbox.errors import JournalError, PortTaken, SandboxError, ScriptError
    from refund_tui.sandbox.flags import add_arguments
    from refund_tui.sandbox.samples import SampleTrip, sample_trips
    from refund_tui.sandbox.script import Script, load_script, parse_script
    from refund_tui.sandbox.server import PaymentServer
    from refund_tui.sandbox.service import PaymentService
    from refund_tui.sandbox.thread import SandboxThread

__all__ = [
    "Arrival",
    "Books",
    "Catalogue",
    "Execution",
    "JournalError",
    "PaymentServer",
    "PaymentService",
    "PortTaken",
    "SampleTrip",
    "SandboxError",
    "SandboxThread",
    "Script",
    "ScriptError",
    "ServiceTrip",
    "Verdict",
    "add_arguments",
    "load_script",
    "parse_script",
    "sample_trips",
]

_MODULES = {
    "books": ("Arrival", "Books", "Execution", "Verdict"),
    "catalogue": ("Catalogue", "ServiceTrip"),
    "errors": ("JournalError", "PortTaken", "SandboxError", "ScriptError"),
    "flags": ("add_arguments",),
    "samples": ("SampleTrip", "sample_trips"),
    "script": ("Script", "load_script", "parse_script"),
    "server": ("PaymentServer",),
    "service": ("PaymentService",),
    "thread": ("SandboxThread",),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
