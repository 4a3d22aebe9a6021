"""The file system of a folder, by the kernel's list of mounts."""

from __future__ import annotations

from pathlib import Path

import pytest

from refund_tui.host.mounts import UNKNOWN, file_system, is_network

MOUNTS = """\
22 1 254:0 / / rw,relatime - ext4 /dev/root rw
40 22 0:35 / /data rw,relatime shared:1 - nfs4 host:/x rw
41 22 0:36 / /data\\040local rw,relatime - tmpfs none rw
42 40 0:37 / /data/mounted rw,relatime - ext4 /dev/vdb rw
43 42 0:38 / /data/mounted rw,relatime master:2 propagate_from:3 - fuse.sshfs user@host:/x rw
44 22 0:39 / /database rw,relatime - xfs /dev/vdc rw
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/data/refunds", "nfs4"),
        ("/var/lib/refunds", "ext4"),
        ("/data local/x", "tmpfs"),
        ("/data/mounted/x/y", "fuse.sshfs"),
        ("/database/x", "xfs"),
    ],
)
def test_the_deepest_mount_counts_and_the_last_one_of_several_at_the_same_place(
    tmp_path: Path, path: str, kind: str
) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS)
    assert file_system(Path(path), mounts) == kind


def test_a_link_is_judged_by_where_it_leads(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS)
    (tmp_path / "link").symlink_to("/data/refunds")
    assert file_system(tmp_path / "link", mounts) == "nfs4"


def test_where_the_platform_does_not_tell_nothing_is_refused(tmp_path: Path) -> None:
    assert file_system(tmp_path, tmp_path / "nowhere") == UNKNOWN
    assert not is_network(UNKNOWN)


def test_here_it_is_one_that_the_kernel_knows(tmp_path: Path) -> None:
    assert Path("/proc/filesystems").read_text().find(file_system(tmp_path).split(".")[0]) > 0


@pytest.mark.parametrize("kind", ["fuse.sshfs", "fuse.rclone", "nfs", "nfs4", "cifs", "9p", "davfs", "virtiofs"])
def test_locks_may_not_reach_over_a_network(kind: str) -> None:
    assert is_network(kind)


@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs", "zfs", "overlay", "tmpfs", "fuseblk", "fuse.fuse-overlayfs"])
def test_locks_reach_on_one_host(kind: str) -> None:
    assert not is_network(kind)
