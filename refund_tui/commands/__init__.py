"""Lists the commands. Each one's module has `add_arguments(parser)` and `run(arguments, settings) -> exit code`.

The modules are named, not imported, so that each is loaded only when its command is used.
"""

from __future__ import annotations

from enum import Enum, auto


class Folder(Enum):
    """How a command uses the data folder, which is checked before the command begins."""

    WRITTEN = auto()
    READ = auto()
    UNUSED = auto()


class Subcommand:
    """One command. `module` is loaded when the command is used; `help` is its line in `--help`."""

    def __init__(self, name: str, module: str, help: str, folder: Folder = Folder.UNUSED) -> None:
        self.name, self.module, self.help, self.folder = name, module, help, folder


COMMANDS = (
    Subcommand(
        "demo", "refund_tui.commands.demo", "try the program with its own sandbox and sample trips; no real money"
    ),
    Subcommand("sandbox", "refund_tui.commands.sandbox", "run the sandbox alone: a Payment service on loopback"),
    Subcommand(
        "trips", "refund_tui.commands.trips", "import trips from files, so that they can be found", Folder.WRITTEN
    ),
    Subcommand("refund", "refund_tui.commands.refund", "make one refund on a plain prompt", Folder.WRITTEN),
    Subcommand("history", "refund_tui.commands.history", "print refunds; works without a network", Folder.READ),
    Subcommand(
        "approve", "refund_tui.commands.approve", "approve a refund that another clerk asked for", Folder.WRITTEN
    ),
    Subcommand(
        "decline", "refund_tui.commands.decline", "decline a refund that another clerk asked for", Folder.WRITTEN
    ),
    Subcommand("resume", "refund_tui.commands.resume", "finish waiting refunds, without a screen", Folder.WRITTEN),
    Subcommand(
        "verify",
        "refund_tui.commands.verify",
        "check that no record of the ledger was altered, added or removed",
        Folder.READ,
    ),
    Subcommand("backup", "refund_tui.commands.backup", "make a verified copy of the ledger and the trips", Folder.READ),
    Subcommand(
        "restore",
        "refund_tui.commands.restore",
        "put a backup in the place of a lost ledger",
        Folder.WRITTEN,
    ),
    Subcommand(
        "redact",
        "refund_tui.commands.redact",
        "remove notes, cards and articles of old refunds, and old trips",
        Folder.WRITTEN,
    ),
    Subcommand("doctor", "refund_tui.commands.doctor", "check configuration, clock, credentials, files"),
    Subcommand(
        "ledger", "refund_tui.commands.ledger", "show facts about the ledger, and make rare changes to it", Folder.READ
    ),
    Subcommand("keys", "refund_tui.commands.keys", "print every key of the terminal"),
    Subcommand("manual", "refund_tui.commands.manual", "print a page of the operator's manual"),
    Subcommand("drill", "refund_tui.commands.drill", "simulate many faults and check that the money is right"),
)

OK = 0
FAILED = 1
OPEN = 4
PERSON = 5
"""Exit codes that several commands use. `--help` has the whole list."""
