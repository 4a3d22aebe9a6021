"""Owns the files that the screens write: exports and receipts, in one folder. Each is a new file.

The program chooses each name. A file is never written through a link, and never replaces another one.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import StringIO
from pathlib import Path

from refund_tui.core.filters import Filter
from refund_tui.desk.desk import Desk
from refund_tui.errors import RefundTuiError
from refund_tui.settings.load import Settings
from refund_tui.store.export import Csv, JsonLines

SAME_NAME = 100
"""The most files that are tried with one name: several clerks may write in the same second."""

OWN, SHARED = 0o600, 0o640
"""The modes of a file in the home folder, and in the folder that the operator chose: its group takes it from there."""

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


async def export(desk: Desk, wanted: Filter, *, lines: bool = False) -> tuple[Path, int]:
    """Write the refunds that match `wanted`, as CSV or JSON lines. The file, and the number of refunds.

    They are read in pages. Raises RefundTuiError.
    """
    with _new(desk, "refunds", "jsonl" if lines else "csv") as file:
        text = StringIO(newline="")
        table = JsonLines(text) if lines else Csv(text)
        below, number, first = None, 0, True
        while first or below is not None:
            told, below = await desk.history.page(wanted, below, desk.now())
            for refund in told:
                table.write(refund)
            await asyncio.to_thread(file.write, text.getvalue())
            text.seek(0)
            text.truncate()
            number, first = number + len(told), False
        return file.path, number


async def write_receipt(desk: Desk, key: str, text: str) -> Path:
    """Write a receipt. Raises RefundTuiError."""
    with _new(desk, f"receipt-{key[-12:]}", "txt") as file:
        await asyncio.to_thread(file.write, text)
        return file.path


class _NewFile:
    """A new file that is open."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path, self._descriptor = path, descriptor

    def write(self, text: str) -> None:
        """Append `text`. Raises RefundTuiError."""
        try:
            with os.fdopen(self._descriptor, "a", encoding="utf-8", newline="", closefd=False) as out:
                out.write(text)
        except OSError as error:
            raise _not_written(self.path, str(error.strerror)) from error


@contextmanager
def _new(desk: Desk, name: str, ending: str) -> Iterator[_NewFile]:
    """A new file. It is removed after an error: a part of an export must not be taken for all of it."""
    local = desk.now().at.astimezone(desk.settings.zone)
    path, descriptor = _created(desk.settings, f"{name}-{local:%Y%m%d-%H%M%S}", ending)
    try:
        yield _NewFile(path, descriptor)
    except BaseException:
        with suppress(OSError):
            path.unlink()
        raise
    finally:
        os.close(descriptor)


def _created(settings: Settings, name: str, ending: str) -> tuple[Path, int]:
    """A new file in the folder for files, and its descriptor. Raises RefundTuiError."""
    folder, mode = settings.export_folder, OWN if settings.export_dir is None else SHARED
    if folder is None:
        raise RefundTuiError("no file can be written here: export_dir is not set; no refund was changed")
    for number in range(1, SAME_NAME + 1):
        path = folder / f"{name}{f'-{number}' if number > 1 else ''}.{ending}"
        try:
            descriptor = os.open(path, _NEW, mode)
            os.fchmod(descriptor, mode)  # open applies the umask
        except FileExistsError:
            continue
        except OSError as error:
            raise _not_written(path, str(error.strerror)) from error
        return path, descriptor
    raise _not_written(folder / f"{name}.{ending}", "there are too many files of this second")


def _not_written(path: Path, why: str) -> RefundTuiError:
    return RefundTuiError(f"{path} could not be written ({why}); no refund was changed")
