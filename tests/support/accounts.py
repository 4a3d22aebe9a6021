"""Real accounts for tests: the program as another account of this host, with an /etc that only its processes see.

Each process has its own mount namespace, so that the host's /etc does not change. It may read every file, because other
accounts may not be able to read the folder of the tests. Its account decides what it may write.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from types import MappingProxyType

import pytest

from tests.support.program import PATIENCE, environment

UIDS = MappingProxyType({"ana": 47_001, "ben": 47_002, "store": 47_003, "outsider": 47_004, "operator": 47_005})
"""The accounts. Each has its own group with the same number."""

SHARED_GROUP = 47_000
"""The group of all who may write the shared data folder."""

NO_NAMESPACE = 77
"""The exit code of SEEMING_ANA where an account may make no user namespace."""

SEEMING_ANA = f"""
import ctypes, os, sys
outside = os.getuid()
if ctypes.CDLL(None).unshare(0x10000000):
    sys.exit({NO_NAMESPACE})
with open("/proc/self/uid_map", "w") as uid_map:
    uid_map.write(f"{UIDS["ana"]} {{outside}} 1")
"""
"""Python code that enters its own user namespace, in which the account seems to have ana's uid."""

_BEGIN = (
    'mount --bind "$0" /etc && if [ -n "$LOGIN_UID" ]; then echo "$LOGIN_UID" >/proc/self/loginuid; fi && exec "$@"'
)
_IN_OWN_MOUNTS = ("unshare", "--mount", "--propagation", "private", "sh", "-c", _BEGIN)


@cache
def _possible() -> bool:
    """Whether this account may change to another one, in its own mount namespace."""
    command = [*_IN_OWN_MOUNTS, "/etc", *_changed_to(47_001), "true"]
    try:
        return subprocess.run(command, check=False, capture_output=True, timeout=PATIENCE).returncode == 0
    except FileNotFoundError:
        return False


def need_accounts() -> None:
    """Skip the test if it may not work as another account."""
    if os.geteuid() != 0 or not _possible():
        pytest.skip("only root, with mount namespaces (unshare, setpriv), may work as another account")


def _changed_to(uid: int) -> list[str]:
    rights = ["--inh-caps", "-all,+dac_read_search", "--ambient-caps", "-all,+dac_read_search"]
    return ["setpriv", "--reuid", str(uid), "--regid", str(uid), "--groups", str(SHARED_GROUP), *rights]


class Host:
    """A host with the accounts of UIDS, whose /etc and homes are in `folder`, through which all of them may go."""

    def __init__(self, folder: Path) -> None:
        folder.chmod(0o711)
        self._folder = folder
        self.etc = folder / "etc"
        self._homes = folder / "homes"
        shutil.copytree("/etc", self.etc, symlinks=True, ignore_dangling_symlinks=True)
        with (self.etc / "passwd").open("a") as passwd:
            passwd.writelines(f"{name}:x:{uid}:{uid}::{self.home(name)}:/bin/sh\n" for name, uid in UIDS.items())
        for name, uid in UIDS.items():
            self.home(name).mkdir(parents=True)
            os.chown(self.home(name), uid, uid)

    def home(self, account: str) -> Path:
        """The home folder of an account, which it owns."""
        return self._homes / account

    def site_file(self, text: str) -> Path:
        """Write the site's configuration file, which root owns. Its path in the copy."""
        path = self.etc / "xdg" / "refund-tui" / "config.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        for each, mode in ((path, 0o644), (path.parent, 0o755), (path.parents[1], 0o755)):
            each.chmod(mode)
        return path

    def shared_folder(self) -> Path:
        """A data folder that all accounts may write."""
        folder = self._folder / "shared"
        folder.mkdir()
        os.chown(folder, 0, SHARED_GROUP)
        folder.chmod(0o2770)
        return folder

    def run(
        self, account: str, *arguments: str, typed: str = "", login: str = "", **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """What `refund-tui ARGUMENTS` does, run by `account`, which the account `login` changed to with su, if any."""
        return self.python(account, "-m", "refund_tui", *arguments, typed=typed, login=login, **variables)

    def python(
        self, account: str, *arguments: str, typed: str = "", login: str = "", **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run this Python with `arguments` as `account`."""
        own = environment(**variables) | {"HOME": str(self.home(account)), "PYTHONDONTWRITEBYTECODE": "1"}
        own = {name: value for name, value in own.items() if name != "XDG_CONFIG_DIRS"} | variables
        own["LOGIN_UID"] = str(UIDS[login]) if login else ""
        return subprocess.run(
            [*_IN_OWN_MOUNTS, str(self.etc), *_changed_to(UIDS[account]), sys.executable, *arguments],
            env=own, input=typed, capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip


def need_login_uids() -> None:
    """Skip the test if the login uid of a process cannot be set here."""
    try:
        kept = Path("/proc/self/loginuid").read_text().strip()
    except OSError:
        kept = "none"
    if kept != str(2**32 - 1):
        pytest.skip("the kernel keeps no login of a process here, or one that must not be changed")
