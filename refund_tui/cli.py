"""Owns the program as a whole: who does what was asked for, and how errors and signals end it.

Every error that was foreseen is told in lines on stderr and by the exit code, without a traceback.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from refund_tui.arguments import parse
from refund_tui.commands import Command, Folder
from refund_tui.errors import RefundTuiError

TYPE_CHECKING = False  # --help does without typing
if TYPE_CHECKING:
    from refund_tui.settings.load import Settings

INTERRUPTED = 130
NOBODY_READS = 141


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line asks for; the exit code."""
    _write_whatever_comes()
    try:
        code = _carry_out(argv)
        sys.stdout.flush()
    except RefundTuiError as error:
        _tell(str(error))
        return error.exit_code
    except BrokenPipeError:
        _forget_stdout()
        return NOBODY_READS
    except KeyboardInterrupt:
        return INTERRUPTED
    return code


def _carry_out(argv: Sequence[str] | None) -> int:
    command, arguments, flags = parse(argv)
    from refund_tui.settings.load import load_settings  # --help does without

    settings = load_settings(flags, os.environ)
    if command is None:
        return _open_terminal(settings)
    _prepare_folder(command.folder, settings)
    return _run(command, arguments, settings)


def _open_terminal(settings: Settings) -> int:
    from refund_tui.tui import run  # brings Textual

    settings.require("base_url", "store_id")
    _prepare_folder(Folder.WRITTEN, settings)
    return run(settings)


def _run(command: Command, arguments: argparse.Namespace, settings: Settings) -> int:
    code: int = import_module(command.module).run(arguments, settings)
    return code


def _prepare_folder(folder: Folder, settings: Settings) -> None:
    from refund_tui.paths import check_readable, make_data_dir

    if folder is Folder.WRITTEN:
        make_data_dir(settings.data_dir, shared=settings.shared)
    elif folder is Folder.READ:
        check_readable(settings.data_dir)


def _tell(message: str) -> None:
    from refund_tui.core.text import visible

    for line in message.splitlines():
        sys.stderr.write(f"refund-tui: {visible(line, 2_000)}\n")


def _write_whatever_comes() -> None:
    """A character that the output cannot say is written by its number; nothing ends for it."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _forget_stdout() -> None:
    """Let the interpreter flush into nothing at its end, since nobody reads."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
