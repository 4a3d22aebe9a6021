"""Owns which file system holds a folder, and whether SQLite's locks on it reach every program that may use it."""

from __future__ import annotations

import re
from pathlib import Path

from refund_tui.errors import StoreUnusable

MOUNTS = Path("/proc/self/mountinfo")
"""Only Linux has it; elsewhere no file system is known, and none is refused."""

UNKNOWN = "unknown"

_DISTANT = frozenset(
    {
        "nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre", "virtiofs", "vboxsf",
        "prl_fs", "davfs", "davfs2", "coda", "ncpfs", "beegfs", "orangefs",
    }
)  # fmt: skip
_LOCAL_FUSE = frozenset({"fuse.fuse-overlayfs", "fuse.gocryptfs", "fuse.encfs", "fuse.ecryptfs", "fuse.bindfs"})
"""Those that only pass on what a local file system holds; of all others nobody knows where their files are."""


def is_distant(kind: str) -> bool:
    """Whether a file system of this type may be used by another host, whose locks are not seen here."""
    return kind in _DISTANT or (kind.startswith("fuse.") and kind not in _LOCAL_FUSE)


def refuse_distant(folder: Path) -> None:
    """See that a folder is on a file system whose locks can be trusted. Raises StoreUnusable."""
    kind = file_system(folder)
    if is_distant(kind):
        raise StoreUnusable(
            f"the data folder {folder} is on {kind}, whose locks may not reach other hosts: refunds could be paid "
            "twice, or the ledger damaged. Nothing is sent; refund-tui history can read it. Keep the data folder on a "
            "local disk; or, if only this host uses it, set allow_network_filesystem"
        )


def file_system(folder: Path, mounts: Path | None = None) -> str:
    """The type of the file system that holds `folder`, or would hold it; UNKNOWN where the platform does not tell."""
    try:
        lines = (mounts or MOUNTS).read_text(errors="surrogateescape").splitlines()
    except OSError:
        return UNKNOWN
    place = folder.resolve()
    held = [(len(point.parts), row, kind) for row, (point, kind) in enumerate(map(_mount, lines)) if _in(place, point)]
    return max(held)[2] if held else UNKNOWN  # the deepest; of several on one place the last, which covers the others


def _mount(line: str) -> tuple[Path, str]:
    """Where a line of mountinfo says that something is mounted, and of what type."""
    before, _, after = line.partition(" - ")
    return Path(re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), before.split(" ")[4])), after.split(" ")[0]


def _in(place: Path, point: Path) -> bool:
    return place.is_relative_to(point)
