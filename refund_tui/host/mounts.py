"""Owns which file system a folder is on, and whether SQLite's locks on it reach every program that may use it."""

from __future__ import annotations

import re
from pathlib import Path

from refund_tui.errors import StoreUnusable

MOUNTS = Path("/proc/self/mountinfo")
"""Only Linux has this file. On other platforms the file system is unknown, and none is refused."""

UNKNOWN = "unknown"

_NETWORK = frozenset(
    {
        "nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre", "virtiofs", "vboxsf",
        "prl_fs", "davfs", "davfs2", "coda", "ncpfs", "beegfs", "orangefs",
    }
)  # fmt: skip
_LOCAL_FUSE = frozenset({"fuse.fuse-overlayfs", "fuse.gocryptfs", "fuse.encfs", "fuse.ecryptfs", "fuse.bindfs"})
"""FUSE file systems on top of a local one. The files of any other FUSE file system may be on another host."""


def is_network(kind: str) -> bool:
    """Whether another host may use a file system of this type, so that its locks may not be seen here."""
    return kind in _NETWORK or (kind.startswith("fuse.") and kind not in _LOCAL_FUSE)


def refuse_network(folder: Path) -> None:
    """Check that the locks of the folder's file system can be trusted. Raises StoreUnusable."""
    kind = file_system(folder)
    if is_network(kind):
        raise StoreUnusable(
            f"the data folder {folder} is on {kind}, whose locks may not reach other hosts: refunds could be paid "
            "twice, or the ledger damaged. Nothing is sent; refund-tui history can read it. Keep the data folder on a "
            "local disk; or, if only this host uses it, set allow_network_filesystem"
        )


def file_system(folder: Path, mounts: Path | None = None) -> str:
    """The type of the file system that `folder` is on, or would be on; UNKNOWN if the platform does not say."""
    try:
        lines = (mounts or MOUNTS).read_text(errors="surrogateescape").splitlines()
    except OSError:
        return UNKNOWN
    path = folder.resolve()
    mounted = enumerate(map(_mount, lines))
    found = [(len(point.parts), row, kind) for row, (point, kind) in mounted if path.is_relative_to(point)]
    return max(found)[2] if found else UNKNOWN  # the deepest mount point, and of several mounts there the last one


def _mount(line: str) -> tuple[Path, str]:
    """The mount point and the type of the file system in one line of mountinfo."""
    before, _, after = line.partition(" - ")
    return Path(re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), before.split(" ")[4])), after.split(" ")[0]
