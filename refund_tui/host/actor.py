"""Owns the facts about this process: account, login, terminal, host and pid by the kernel; connection and key by sshd.

Never uses an environment variable for an account: anybody can set SUDO_USER, LOGNAME and USER.
"""

from __future__ import annotations

import base64
import hashlib
import os
import pwd
from functools import cache
from pathlib import Path

from refund_tui.core.actor import Actor
from refund_tui.core.text import visible

LONGEST = 200
"""The most characters of one fact."""

_NOT_SET = "4294967295"
"""The kernel's login uid of a process that no login began."""

_ALL_UIDS = ["0", "0", "4294967295"]
"""The map of uids outside of all user namespaces."""


def this_actor() -> Actor:
    """This process. Its facts are read once, and again after a fork."""
    return _actor(os.getpid())


@cache
def _actor(pid: int) -> Actor:
    login = login_uid()
    facts = {
        "uid": str(os.getuid()), "account": account_of(os.getuid()),
        "login_uid": "" if login is None else str(login), "login": "" if login is None else account_of(login),
        "tty": _terminal(), "ssh": os.environ.get("SSH_CONNECTION", ""),
        "host": os.uname().nodename, "pid": str(pid), "uid_map": _uid_map(), "ssh_key": _ssh_key(),
    }  # fmt: skip
    return Actor(**{name: visible(value, LONGEST) for name, value in facts.items()})


LONGEST_AUTH_INFO = 100_000
"""Bytes of sshd's file about a login that are read. A key has at most a few thousand."""


def _ssh_key() -> str:
    """The fingerprint of the key that opened the SSH session, as `ssh-keygen -l` shows it; empty if sshd tells none."""
    try:
        with Path(os.environ.get("SSH_USER_AUTH", "")).open("rb") as told:
            words = told.read(LONGEST_AUTH_INFO).split()
        blob = base64.b64decode(words[words.index(b"publickey") + 2], validate=True)
    except (OSError, ValueError, IndexError):
        return ""
    return f"SHA256:{base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip('=')}"


def account_of(uid: int) -> str:
    """The name of an account, or `uid` and its number if it has no name."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


def login_uid() -> int | None:
    """The account that logged in, by the kernel's audit; None if the kernel does not record it."""
    try:
        text = Path("/proc/self/loginuid").read_text().strip()
    except OSError:
        return None
    return int(text) if text.isdecimal() and text != _NOT_SET else None


def _uid_map() -> str:
    """How the uids of this user namespace map to those outside; empty in the host's own, which has all of them."""
    try:
        numbers = Path("/proc/self/uid_map").read_text().split()
    except OSError:
        return ""
    return "" if numbers == _ALL_UIDS else " ".join(numbers)


def _terminal() -> str:
    """The terminal of this process, empty if it has none."""
    for stream in (0, 1, 2):
        try:
            return os.ttyname(stream)
        except OSError:
            continue
    return _controlling_terminal()


_PTS, _EACH = range(136, 144), 256
"""The kernel's major numbers of pseudo terminals, and how many each of them has."""


def _controlling_terminal() -> str:
    """The controlling terminal, also if input and output are redirected; empty if there is none."""
    try:
        fields = Path("/proc/self/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return ""
    device = int(fields[4])
    major, minor = os.major(device), os.minor(device)
    if major in _PTS:
        return f"/dev/pts/{(major - _PTS.start) * _EACH + minor}"
    return f"device {major}:{minor}" if device else ""
