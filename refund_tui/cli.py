"""Owns the program as a whole: which command runs, and how errors and signals end it.

Every expected error becomes lines on stderr and an exit code, without a traceback.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import os
from collections.abc import Sequence
from importlib import import_module

from refund_tui.arguments import parse
from refund_tui.commands import Folder, Subcommand
from refund_tui.commands.output import OUT, Ended, OutputLost, prepare, print_err
from refund_tui.errors import RefundTuiError

TYPE_CHECKING = False  # --help must not load typing
if TYPE_CHECKING:
    from refund_tui.settings.load import Settings

INTERRUPTED = 130

_NO_MEMORY = """\
refund-tui: there is not enough memory, or this account may start no more threads: end other programs, or have the limit
refund-tui: raised (ulimit). What was recorded is kept: look in the history before you refund anything again"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code."""
    prepare()
    try:
        return _run_and_flush(argv)
    except RefundTuiError as error:
        if not isinstance(error, Ended) or error.needs_message:
            _print_error(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        if not _out_of_memory(error):
            raise
        with contextlib.suppress(OutputLost):
            print_err(_NO_MEMORY)
        return 1


def _run_and_flush(argv: Sequence[str] | None) -> int:
    """The exit code, after all output was flushed, also that of --help. Raises RefundTuiError, SystemExit."""
    try:
        return _run(argv)
    finally:
        OUT.flush()


def _run(argv: Sequence[str] | None) -> int:
    command, arguments, flags = parse(argv)
    from refund_tui.settings.load import load_settings  # --help must not load it

    settings = load_settings(flags, os.environ)
    if command is None:
        return _open_terminal(settings)
    _prepare_folder(command.folder, settings)
    return _run_command(command, arguments, settings)


def _open_terminal(settings: Settings) -> int:
    from refund_tui.tui import run  # loads Textual

    settings.require("base_url", "store_id")
    _prepare_folder(Folder.WRITTEN, settings)
    return run(settings)


def _run_command(command: Subcommand, arguments: argparse.Namespace, settings: Settings) -> int:
    code: int = import_module(command.module).run(arguments, settings)
    return code


def _prepare_folder(folder: Folder, settings: Settings) -> None:
    from refund_tui.host.paths import check_readable, make_data_dir

    if folder is Folder.WRITTEN:
        settings.require_clerk()
        make_data_dir(settings.data_dir, shared=settings.shared)
    elif folder is Folder.READ:
        check_readable(settings.data_dir)


def _print_error(message: str) -> None:
    from refund_tui.core.text import visible

    with contextlib.suppress(OutputLost):  # the exit code still says it
        for line in message.splitlines():
            print_err(f"refund-tui: {visible(line, 2_000)}")


def _out_of_memory(error: Exception) -> bool:
    """Whether this account's limit of memory or threads was reached, in any form in which Python reports it."""
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    message = str(error)
    return (
        isinstance(error, MemoryError)
        or (isinstance(error, RuntimeError) and message == "can't start new thread")
        or (isinstance(error, ImportError) and ("failed to map" in message or "allocate memory" in message))
    )
