"""Owns backups: a folder with a verified copy of the ledger and of the trips, and a list of its contents.

A backup gets its name when it is complete and on disk. It is made in short reads, while other programs write. Never
changes the ledger.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import asdict
from pathlib import Path

from refund_tui import __version__
from refund_tui.core.backups import Backup, Contents
from refund_tui.core.evidence import BodyOf, Verification
from refund_tui.core.times import Instant, stamp
from refund_tui.errors import StoreDamaged, StoreError, StoreFull, StoreUnusable
from refund_tui.host.trust import replaceable
from refund_tui.store.sqlite.connection import NO_ROOM, sync_folder
from refund_tui.store.sqlite.damage import whole_look
from refund_tui.store.sqlite.database import Database
from refund_tui.store.sqlite.errors import translating
from refund_tui.store.sqlite.high_water_mark import HighWaterMarks
from refund_tui.store.sqlite.ledger_identity import identity_of
from refund_tui.store.sqlite.migrations import Schema, copy_to
from refund_tui.store.sqlite.schema import LEDGER
from refund_tui.store.sqlite.scratch import scratch_folder
from refund_tui.store.sqlite.trip_rows import TRIPS
from refund_tui.store.sqlite.verify import verify

LIST = "backup.json"
"""The file in a backup that lists its contents."""

UNFINISHED = ".unfinished-"
"""How the name of a folder begins while a backup is made in it."""

LEDGER_FILE, TRIPS_FILE = "ledger.sqlite3", "trips.sqlite3"


def back_up(ledger: Path, trips: Path, marks: HighWaterMarks, target: Path, now: Instant, body_of: BodyOf) -> Backup:
    """Make a backup in a new folder in `target`. Raises StoreError: there is no new backup then."""
    _refuse_older(ledger, marks)
    try:
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        _refuse_shared(target)
        with scratch_folder(target, UNFINISHED) as unfinished:
            checked = _fill(unfinished, ledger, trips, body_of)
            contents = _contents(unfinished, checked, now)
            _write(unfinished / LIST, json.dumps(asdict(contents), indent=1))
            return Backup(_named(unfinished, target, contents), contents, checked)
    except StoreFull as error:
        raise _no_room(target) from error
    except OSError as error:
        raise _no_room(target) if error.errno in NO_ROOM else _not_made(target, error) from error


def _refuse_older(ledger: Path, marks: HighWaterMarks) -> None:
    """Refuse to back up an older copy of the ledger. Raises StoreError."""
    marks.refuse_lost()
    with closing(Database.read(ledger, LEDGER)) as database:
        marks.check(database)


def _refuse_shared(target: Path) -> None:
    """Refuse a folder in which another account could put a link in the place of an unfinished backup."""
    if others := replaceable(target):
        raise StoreUnusable(
            f"{others}: another account could replace backups, and let this one write elsewhere. No backup was made: "
            f"choose another folder, or let only this account write to it (chmod go-w)"
        )


def _fill(folder: Path, ledger: Path, trips: Path, body_of: BodyOf) -> Verification:
    """Copy the files, and check the copies."""
    for source, name, kind in ((ledger, LEDGER_FILE, LEDGER), (trips, TRIPS_FILE, TRIPS)):
        if source.exists():
            with translating(f"the {kind.name} at {source}"):
                copy_to(source, folder / name, in_short_reads=True)
            _refuse_damaged(folder / name, kind)
    checked = verify(folder / LEDGER_FILE, body_of, lambda _done, _total: None)
    if checked.problems:
        raise StoreDamaged(
            f"the ledger differs from its events ({checked.problems[0]}): no backup was made, so that no good "
            "one is replaced by it. Run refund-tui verify"
        )
    return checked


def _refuse_damaged(path: Path, kind: Schema) -> None:
    found = whole_look(path, kind)
    if found.whole or found.rows:
        raise StoreDamaged(
            f"the copy of the {kind.name} is damaged ({'; '.join([*found.whole, *found.rows])}): no backup was made. "
            "Run refund-tui doctor"
        )


def _contents(folder: Path, checked: Verification, now: Instant) -> Contents:
    with closing(Database.read(folder / LEDGER_FILE, LEDGER)) as database:
        ledger = identity_of(database).id
    files = {path.name: digest_of(path) for path in sorted(folder.iterdir()) if path.suffix == ".sqlite3"}
    return Contents(__version__, stamp(now.at), ledger, checked.head.seq, checked.head.hash, files)


def digest_of(path: Path) -> str:
    """The SHA-256 of a file. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(path: Path, text: str) -> None:
    with path.open("x", encoding="utf-8") as file:
        file.write(text)


def _named(unfinished: Path, target: Path, contents: Contents) -> Path:
    """Sync everything, then give the folder its name."""
    for path in unfinished.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())
    sync_folder(unfinished)
    time = contents.made_at.translate({ord(sign): None for sign in "-:."})
    folder = target / f"refund-tui-{contents.ledger[:8]}-{time}"
    unfinished.rename(folder)
    sync_folder(target)
    return folder


def _no_room(target: Path) -> StoreError:
    return StoreFull(f"there is no room in {target} for a backup; none was made, and older ones stay: free some room")


def _not_made(target: Path, error: OSError) -> StoreError:
    return StoreUnusable(f"no backup was made in {target} ({error.strerror or error}); the ledger was not changed")


def copy_out(folder: Path, target: Path, *, shared: bool) -> Contents:
    """Copy the files of a backup into `target`, and check them there. What the backup contains.

    Nobody else can change the copies between the check and their use. Raises OSError, StoreUnusable if it is no
    complete backup, StoreDamaged if a file has changed.
    """
    try:
        contents = _listed(folder)
        if LEDGER_FILE not in contents.files:
            raise ValueError(f"{LEDGER_FILE} is not in its list")
        for name in (LEDGER_FILE, *({TRIPS_FILE} & contents.files.keys())):
            _copy_out(folder / name, target / name, contents.files[name], shared=shared)
    except (FileNotFoundError, NotADirectoryError, ValueError, TypeError) as error:
        raise StoreUnusable(f"{folder} is no complete backup ({error}); nothing was changed") from error
    return contents


def _listed(folder: Path) -> Contents:
    """The list of a backup. Raises OSError, ValueError, TypeError."""
    contents = Contents(**json.loads((folder / LIST).read_text(encoding="utf-8")))
    texts = (contents.program, contents.made_at, contents.ledger, contents.head_hash, *contents.files.items())
    if not isinstance(contents.head_seq, int) or not all(isinstance(text, str | tuple) for text in texts):
        raise ValueError(f"{LIST} is not a list of this program")
    return contents


def _copy_out(source: Path, copy: Path, digest: str, *, shared: bool) -> None:
    shutil.copyfile(source, copy)
    copy.chmod(0o660 if shared else 0o600)
    with copy.open("rb") as file:
        os.fsync(file.fileno())
    if digest_of(copy) != digest:
        raise StoreDamaged(f"{source} is not as it was when the backup was made; nothing was changed")


def prune(target: Path, made: Backup, keep: int) -> Iterator[Path]:
    """Delete the oldest backups of a ledger in `target`, so that `keep` remain with the one that was just `made`.

    Deletes nothing that is newer than that one, has files that are not in its list, or lacks one. Yields what it
    deleted. Raises StoreUnusable.
    """
    present = _age(made.contents)
    older = sorted((age, folder) for age, folder in _of_ledger(target, made.contents.ledger) if age < present)
    for _, folder in older[: max(0, len(older) - (keep - 1))]:
        try:
            shutil.rmtree(folder.rename(target / f"{UNFINISHED}{folder.name}"))
        except OSError as error:
            raise StoreUnusable(
                f"there is a new backup, {made.folder}, but {folder} could not be deleted ({error.strerror}): delete "
                "it by hand"
            ) from error
        yield folder


def _age(contents: Contents) -> tuple[int, str]:
    """What a backup is ordered by: first by its newest event, since a clock can be wrong."""
    return contents.head_seq, contents.made_at


def _of_ledger(target: Path, ledger: str) -> Iterator[tuple[tuple[int, str], Path]]:
    """The age and the folder of each backup of a ledger. A folder with other files is no backup."""
    for path in target.glob(f"refund-tui-*/{LIST}"):
        with suppress(OSError, ValueError, TypeError):
            contents, folder = _listed(path.parent), path.parent
            names = {found.name for found in folder.iterdir()}
            if contents.ledger == ledger and names == {LIST, *contents.files} and not folder.is_symlink():
                yield _age(contents), folder


def newer_beside(folder: Path, contents: Contents) -> Path | None:
    """The newest backup of the same ledger beside this one, None if none is newer."""
    age, newest = max(_of_ledger(folder.parent, contents.ledger), default=(_age(contents), folder))
    return newest if age > _age(contents) else None
