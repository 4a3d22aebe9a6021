"""Owns how the command line is read. Loads a command's module only when that command is used.

`--help` must take little longer than Python itself, so nothing here may load a screen, HTTP or a database.
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
from refund_tui.commands.output import ERR, OUT
from refund_tui.settings.declared import SETTINGS

TYPE_CHECKING = False  # importing typing takes as long as all of our own modules here
if TYPE_CHECKING:
    from typing import Any, Never

USAGE_ERROR = 2

_DESCRIPTION = """\
Refunds shoppers of a Just Walk Out store, each refund once.
Without a command it opens the terminal."""

EXIT_CODES = """\
exit codes:
  0  done
  1  failed, or a part was left out, or the output could not be written
  2  wrong usage or configuration, or a service that is not the ledger's
  3  the ledger or the trips file could not be used, or cannot be trusted
  4  a refund is still open: it continues when the program runs again, or it
     belongs to another service than the one in base_url
  5  a person must act: a refund is AWAITING_APPROVAL, UNKNOWN or BLOCKED,
     its record is DAMAGED, or another person must do the same
  129, 130, 143  ended by hang-up, ctrl+c, terminate
  141  the reader of the output closed it before its end"""

_EPILOG = f"""\
examples:
  refund-tui demo                          try it, no real money moves
  refund-tui                               open the terminal
  refund-tui trips import trips.jsonl      import the retailer's trips
  refund-tui history --limit 20            print the newest refunds
  refund-tui history --csv > refunds.csv   print all of them for a spreadsheet
  refund-tui resume                        finish waiting refunds, as in cron
  refund-tui doctor                        check that everything is set up

Settings come from flags, then variables (REFUND_TUI_BASE_URL and so on), then
TOML files (the user's, the site's), then defaults. The flags of settings may
also stand after a command. Credentials are never settings.

{EXIT_CODES}"""

_SETTING = "setting_"
"""A prefix for settings among the parsed arguments, since a command may have an argument with the same name."""


class Parser(argparse.ArgumentParser):
    """A parser that gets its arguments when it is first used, and reports a mistake in one line."""

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
        """argparse's own version ignores a failed write and still ends with exit code 0."""
        stream = ERR if file is not None and file is sys.stderr else OUT
        stream.write(message or "")


class _LazyParser:
    """Takes the place of a command's parser until the command is used, so that `--help` creates none."""

    def __init__(self, command: Subcommand, **options: Any) -> None:
        self._command, self._options = command, options

    def parse_known_args(self, args: Any, namespace: Any) -> Any:
        """Load the command, create its parser, and parse."""
        parser = Parser(**self._options)
        import_module(self._command.module).add_arguments(parser)
        return parser.parse_known_args(args, namespace)


def _formatter(prog: str) -> RawDescriptionHelpFormatter:
    """Help as wide as the terminal, at most 100 columns. argparse itself would load shutil to find the width."""
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
    lazy: Any = _LazyParser  # of a command's parser argparse calls only parse_known_args
    commands = parser.add_subparsers(
        title="commands", dest="command", metavar="COMMAND", prog="refund-tui", parser_class=lazy
    )
    for command in COMMANDS:
        commands.add_parser(command.name, help=command.help, description=_sentence(command.help), command=command)
    return parser


def _refuse_unknown_flags(parser: Parser, argv: Sequence[str]) -> None:
    """Report a mistyped flag before the command: argparse would take its value as the command."""
    names = [command.name for command in COMMANDS]
    for word in argv:
        if word in names:
            return
        flag, known = word.partition("=")[0], parser._option_string_actions
        if flag.startswith("--") and flag not in known:
            from difflib import get_close_matches  # loaded only after a mistake

            near = get_close_matches(flag, known, n=1)
            parser.error(f"{flag} is not a flag of refund-tui" + (f": did you mean {near[0]}?" if near else ""))


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."


def _complete(parser: Parser) -> None:
    """Add what every command has: the flags of settings, and the exit codes below its own examples."""
    _add_settings(parser, parser, hidden=True)
    hint = "the flags of settings can also be used here: see refund-tui --help"
    parser.epilog = "\n\n".join(part.strip() for part in (parser.epilog, hint, EXIT_CODES) if part)


def _add_settings(parser: Parser, group: argparse._ActionsContainer, *, hidden: bool) -> None:
    """Add the flags of settings, except those whose names the command uses itself."""
    for one in SETTINGS.values():
        if not one.site_only and one.option not in parser._option_string_actions:
            shown = SUPPRESS if hidden else one.description
            group.add_argument(one.option, dest=_SETTING + one.name, metavar=one.metavar, help=shown, default=SUPPRESS)
