"""A Payment service on loopback, for the demo, for training and for tests.

It is written from the contract alone and shares nothing with the client, so that a misreading cannot hide on both
sides. It binds no address but loopback, asks for no credentials and moves no real money: it writes down what a real
service would have moved. What is named here is loaded when it is first asked for, so that a program which only lists
its commands does not load HTTP for it.
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

_ROOMS = {
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
_HOME = {name: room for room, names in _ROOMS.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
