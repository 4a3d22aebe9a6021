"""The commands of `refund-tui`. Each module has `add_arguments(parser)` and `run(arguments, settings) -> exit code`.

They are listed here by name, so that a module is loaded only when its command is used.
"""

from __future__ import annotations

from enum import Enum, auto


class Folder(Enum):
    """What a command needs of the data folder before it begins."""

    WRITTEN = auto()
    READ = auto()
    LEFT_ALONE = auto()


class Subcommand:
    """One command. `module` is loaded when the command is used; `help` is its line in `--help`."""

    def __init__(self, name: str, module: str, told: str, folder: Folder = Folder.LEFT_ALONE) -> None:
        self.name, self.module, self.help, self.folder = name, module, told, folder


COMMANDS = (
    Subcommand("demo", "refund_tui.commands.demo", "try it: a sandbox of its own, sample trips, no real money"),
    Subcommand("sandbox", "refund_tui.commands.sandbox", "run only the sandbox, a Payment service on loopback"),
    Subcommand("trips", "refund_tui.commands.trips", "import trips, so that they can be found", Folder.WRITTEN),
    Subcommand("refund", "refund_tui.commands.refund", "make one refund on a plain prompt", Folder.WRITTEN),
    Subcommand("history", "refund_tui.commands.history", "print refunds; needs no network", Folder.READ),
    Subcommand("resume", "refund_tui.commands.resume", "finish what is waiting, without a screen", Folder.WRITTEN),
    Subcommand("doctor", "refund_tui.commands.doctor", "check configuration, clock, credentials, files"),
    Subcommand("ledger", "refund_tui.commands.ledger", "what the ledger says of itself; its rare changes", Folder.READ),
    Subcommand("keys", "refund_tui.commands.keys", "print every key of the terminal"),
    Subcommand("manual", "refund_tui.commands.manual", "print a page of the operator's manual"),
    Subcommand("drill", "refund_tui.commands.drill", "play the fault cases and account for the money"),
)

OK = 0
FAILED = 1
OPEN = 4
PERSON = 5
"""Exit codes that several commands share; the whole list is in `--help`."""
