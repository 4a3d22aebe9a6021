"""Owns how the command line is read. Loads a command's module only when that command is used.

`--help` is to cost little more than Python itself, so nothing here may load a screen, HTTP or a database.
"""

from __future__ import annotations

import argparse
import os
import sys
from argparse import SUPPRESS, RawDescriptionHelpFormatter
from collections.abc import Sequence
from importlib import import_module

from refund_tui import __version__
from refund_tui.commands import COMMANDS, Subcommand
from refund_tui.commands.output import OUT, WORDS
from refund_tui.settings.declared import CONFIG, SETTINGS

TYPE_CHECKING = False  # typing costs as much as all of our own modules here
if TYPE_CHECKING:
    from typing import Any, Never

USAGE_ERROR = 2

_DESCRIPTION = """\
Gives shoppers of a Just Walk Out store their money back, once.
Without a command: the terminal."""

EXIT_CODES = """\
exit codes:
  0  done
  1  failed, or some of it was left out, or the output could not be written
  2  wrong usage or configuration, or a service that is not the ledger's
  3  the ledger or the trips file could not be used, or cannot be trusted
  4  something is still open: it goes on when the program next runs, or it is
     for another service than the one that is set
  5  something needs a person (UNKNOWN, BLOCKED)
  129, 130, 143  ended by hang-up, ctrl+c, terminate
  141  nobody read the output to its end"""

_EPILOG = f"""\
examples:
  refund-tui demo                          try it, no real money moves
  refund-tui                               open the terminal, as configured
  refund-tui trips import trips.jsonl      make trips known here
  refund-tui history --limit 20            print the newest refunds
  refund-tui history --csv > refunds.csv   print all of them for a spreadsheet
  refund-tui resume                        finish what is waiting, as for cron
  refund-tui doctor                        is everything set up well?

Settings come from flags, then variables (REFUND_TUI_BASE_URL and so on), then
TOML files (the user's, the site's), then defaults. Their flags may also stand
behind a command. Credentials are never settings.

{EXIT_CODES}"""

_SETTING = "setting_"
"""Before the names of settings among the parsed arguments, where a command's own may have the same name."""


class Parser(argparse.ArgumentParser):
    """A parser that is completed when it is first used, and tells a mistake in one line."""

    complete = False

    def __init__(self, **options: Any) -> None:
        options["formatter_class"] = _formatter
        super().__init__(allow_abbrev=False, **options)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Complete the parser, then parse."""
        if not self.complete:
            self.complete = True
            _complete(self)
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> Never:
        """One line on stderr, and exit code 2."""
        self.exit(USAGE_ERROR, f"{self.prog}: {message} (see {self.prog} --help)\n")

    def _print_message(self, message: str, file: Any = None) -> None:
        """As shipped, what cannot be written is passed over, and the exit code says that all is well."""
        stream = WORDS if file is not None and file is sys.stderr else OUT
        stream.write(message or "")


class _Later:
    """Stands for a command's parser until the command is used, so that `--help` makes none of them."""

    def __init__(self, command: Subcommand, **options: Any) -> None:
        self._command, self._options = command, options

    def parse_known_args(self, args: Any, namespace: Any) -> Any:
        """Load the command, make its parser, and parse."""
        parser = Parser(**self._options)
        import_module(self._command.module).add_arguments(parser)
        return parser.parse_known_args(args, namespace)


def _formatter(prog: str) -> RawDescriptionHelpFormatter:
    """Help as wide as the terminal, at most 100 columns; asked for here, since argparse loads shutil for it."""
    try:
        columns = int(os.environ.get("COLUMNS") or os.get_terminal_size(sys.stdout.fileno()).columns)
    except (AttributeError, ValueError, OSError):
        columns = 80
    return RawDescriptionHelpFormatter(prog, width=max(40, min(columns, 100)) - 2)


def parse(argv: Sequence[str] | None) -> tuple[Subcommand | None, argparse.Namespace, dict[str, object]]:
    """The command, its arguments, and the settings given as flags. Raises SystemExit after `--help` and mistakes."""
    parser = _parser()
    _refuse_unknown_flags(parser, sys.argv[1:] if argv is None else argv)
    arguments = parser.parse_args(argv)
    flags = {name.removeprefix(_SETTING): value for name, value in vars(arguments).items() if name.startswith(_SETTING)}
    command = next((command for command in COMMANDS if command.name == arguments.command), None)
    return command, arguments, flags


def _parser() -> Parser:
    parser = Parser(
        prog="refund-tui", usage="%(prog)s [SETTINGS] [COMMAND ...]", description=_DESCRIPTION, epilog=_EPILOG
    )
    parser.complete = True
    parser.add_argument("--version", action="version", version=f"refund-tui {__version__}")
    _add_settings(parser, parser.add_argument_group("settings"), hidden=False)
    later: Any = _Later  # all that argparse asks of a command's parser is parse_known_args
    commands = parser.add_subparsers(
        title="commands", dest="command", metavar="COMMAND", prog="refund-tui", parser_class=later
    )
    for command in COMMANDS:
        commands.add_parser(command.name, help=command.help, description=_sentence(command.help), command=command)
    return parser


def _refuse_unknown_flags(parser: Parser, argv: Sequence[str]) -> None:
    """Name a mistyped flag before the command, whose value argparse would take for the command."""
    names = [command.name for command in COMMANDS]
    for word in argv:
        if word in names:
            return
        flag, known = word.partition("=")[0], parser._option_string_actions
        if flag.startswith("--") and flag not in known:
            from difflib import get_close_matches  # only where there is a mistake

            near = get_close_matches(flag, known, n=1)
            parser.error(f"{flag} is not a flag of refund-tui" + (f": did you mean {near[0]}?" if near else ""))


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."


def _complete(parser: Parser) -> None:
    """What every command's parser has: the flags of settings, and the exit codes below its own examples."""
    _add_settings(parser, parser, hidden=True)
    told = "flags of settings may stand here too: see refund-tui --help"
    parser.epilog = "\n\n".join(part.strip() for part in (parser.epilog, told, EXIT_CODES) if part)


def _add_settings(parser: Parser, group: argparse._ActionsContainer, *, hidden: bool) -> None:
    """The flags of settings, except where a command has a flag of that name itself."""
    flags = [(entry.option, entry.name, entry.metavar, entry.words) for entry in SETTINGS.values() if entry.flag]
    for option, name, metavar, told in [("--config", CONFIG, "FILE", "read this file, not the user's"), *flags]:
        if option not in parser._option_string_actions:
            shown = SUPPRESS if hidden else told
            group.add_argument(option, dest=_SETTING + name, metavar=metavar, help=shown, default=SUPPRESS)
