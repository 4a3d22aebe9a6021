"""A host for installations: its own /etc, /srv, /opt, /home and /run, real accounts, and the real sshd of this machine.

It is a mount namespace in which root runs the steps of a page of the manual. Nothing of it stays on this machine. Two
things take the place of others: `/opt/refund-tui/bin/refund-tui` starts the program under test, and `systemctl` only
keeps what it was told, because no systemd runs there.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest

from tests.support.program import PATIENCE, ROOT

OWN = ("etc", "srv", "opt", "home", "run", "var/log")
"""The folders that the host has for itself."""

_NEEDED = ("sshd", "ssh", "ssh-keygen", "unshare", "nsenter", "useradd", "groupadd", "su", "setpriv")
_OWN_MOUNTS = ("unshare", "--mount", "--propagation", "private", "sh", "-euc")
_PATH = f"/usr/local/sbin:/usr/sbin:/sbin:{os.environ.get('PATH', os.defpath)}"


SSHD_CONFIG = """
Include /etc/ssh/sshd_config.d/*.conf
AcceptEnv LANG LC_*
Subsystem sftp internal-sftp
"""
"""What Debian says there, without PAM, which wants more of a machine. No rule of this machine counts."""


def program(name: str) -> str:
    """The path of a program, also of one that only root has in its PATH."""
    return shutil.which(name, path=_PATH) or ""


@cache
def _missing() -> str:
    """Why no host can be made here; empty if one can."""
    if os.geteuid() != 0:
        return "only root can make accounts and run sshd for them"
    if missing := [name for name in _NEEDED if not program(name)]:
        return f"not on this machine: {', '.join(missing)}"
    made = subprocess.run(
        [*_OWN_MOUNTS, "mount --bind /etc /etc && nsenter --mount=/proc/$$/ns/mnt true"],
        check=False, capture_output=True, timeout=PATIENCE,
    )  # fmt: skip
    return "" if made.returncode == 0 else "root may make no mount namespace here"


def need_host() -> None:
    """Skip the test if no host can be made here."""
    if why := _missing():
        pytest.skip(why)


def steps(page: str) -> list[str]:
    """The blocks of shell commands of a page of the manual, in their order."""
    text = files("refund_tui.manual").joinpath(f"{page}.md").read_text()
    return re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


class Host(ExitStack):
    """One host. `folder` must be one through which every account may go."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder, self.work = folder, folder / "work"
        folder.chmod(0o711)
        try:
            with _usual_umask():
                self._make_folders()
                self._keeper = self._own_mounts()
            self._need_readable_program()
            self.run("ssh-keygen -q -A")
            self.port = self.enter_context(self.server())
        except BaseException:
            self.close()
            raise

    @property
    def _inside(self) -> list[str]:
        return [program("nsenter"), f"--mount=/proc/{self._keeper.pid}/ns/mnt", "--"]

    def run(self, block: str) -> subprocess.CompletedProcess[str]:
        """Run shell commands as root, in the folder `work`. Fails if they fail."""
        ended = self.attempt(block)
        assert ended.returncode == 0, f"{block}\n{ended.stdout}{ended.stderr}"
        return ended

    def attempt(self, block: str) -> subprocess.CompletedProcess[str]:
        """Run shell commands as root, in the folder `work`, whatever their exit code."""
        return subprocess.run(
            [*self._inside, "env", f"--chdir={self.work}", "sh", "-euc", block],
            env={"PATH": f"{self.folder}/stubs:{_PATH}", "HOME": "/home", "LANG": "C.UTF-8"},
            capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip

    def asked_of_systemctl(self) -> list[str]:
        """What `systemctl` was told to do."""
        return (self.folder / "systemctl").read_text().splitlines()

    def programs(self, clerk: str) -> list[int]:
        """The processes of the program that a clerk's key started."""
        found = self.run(f"pgrep -u refunds -f -- '^[^ ]*python.* --clerk {clerk}$' || true").stdout.split()
        return [int(pid) for pid in found if _mounts_of(pid) == _mounts_of(self._keeper.pid)]

    @contextmanager
    def server(self, *options: str) -> Iterator[str]:
        """The port of an sshd with these options."""
        server = _Server([*self._inside, program("sshd"), "-i", *options])
        try:
            yield str(server.port)
        finally:
            server.close()

    # --- as a clerk

    def ssh(self, clerk: str, *options: str, port: str = "") -> list[str]:
        """The command with which a clerk connects."""
        return [
            program("ssh"), "-F", "none", "-i", str(self.folder / "keys" / clerk), "-p", port or self.port,
            "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no",
            "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", *options, "refunds@127.0.0.1",
        ]  # fmt: skip

    # --- how it is made

    def _own_mounts(self) -> subprocess.Popen[str]:
        """The process that keeps the mount namespace, until its input ends."""
        keeper = subprocess.Popen(
            [*_OWN_MOUNTS, self._mounts()], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.callback(keeper.communicate, timeout=PATIENCE)
        assert keeper.stdout is not None
        assert keeper.stdout.readline() == "ready\n"
        return keeper

    def _need_readable_program(self) -> None:
        """Skip the test if the files of this checkout, or of its environment, are for their owner alone."""
        if self.attempt("setpriv --reuid 1 --regid 1 --clear-groups /opt/refund-tui/bin/refund-tui --help").returncode:
            pytest.skip("other accounts may not read this checkout or its environment: their modes forbid it")

    def _make_folders(self) -> None:
        shutil.copytree("/etc", self.folder / "etc", symlinks=True, ignore_dangling_symlinks=True)
        shutil.rmtree(self.folder / "etc/ssh/sshd_config.d", ignore_errors=True)
        (self.folder / "etc/ssh/sshd_config.d").mkdir(parents=True)
        (self.folder / "etc/ssh/sshd_config").write_text(SSHD_CONFIG)
        for name in ("srv", "opt/refund-tui/bin", "home", "run/sshd", "var/log", "work", "keys", "stubs"):
            (self.folder / name).mkdir(parents=True)
        (self.folder / "keys").chmod(0o700)
        path = os.pathsep.join(str(each) for each in (ROOT, *map(Path, sys.path[1:])) if str(each))
        _script(
            self.folder / "opt/refund-tui/bin/refund-tui", f'PYTHONPATH={path} exec {sys.executable} -m refund_tui "$@"'
        )
        _script(self.folder / "stubs" / "systemctl", f'echo "$*" >> {self.folder}/systemctl')
        for clerk in ("ana", "ben", "outsider"):
            key = self.folder / "keys" / clerk
            made = [program("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-C", clerk, "-f", str(key)]
            subprocess.run(made, check=True, timeout=PATIENCE)
            shutil.copy(f"{key}.pub", self.work / f"{clerk}.pub")

    def _mounts(self) -> str:
        """Shell commands that put the host's own folders in place, and end when their input ends."""
        binds = [f"mount --bind {self.folder}/{name} /{name}" for name in OWN]
        return "\n".join((*self._opened(), *binds, "echo ready", "exec cat"))

    def _opened(self) -> list[str]:
        """Shell commands that let every account reach the program and Python, also below a folder of root's own."""
        needed = sorted({ROOT, Path(sys.prefix), Path(sys.base_prefix)})
        closed = {each: [above for above in each.parents if not above.stat().st_mode & 0o001] for each in needed}
        kept, covered, put = [], set[Path](), []
        for number, (each, above) in enumerate(closed.items()):
            if above:
                keep = f"{self.folder}/kept/{number}"
                kept.append(f"mkdir -p {keep} && mount --bind {each} {keep}")
                covered.add(above[-1])
                put.append(f"mkdir -p {each} && mount --bind {keep} {each}")
        covers = [
            f"mkdir -p {self.folder}/cover/{number} && mount --bind {self.folder}/cover/{number} {each}"
            for number, each in enumerate(sorted(covered))
        ]
        return [*kept, *covers, *put]


class _Server:
    """Starts one sshd for each connection, as inetd does: so the port is known, and nobody waits for a daemon."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._running: list[subprocess.Popen[bytes]] = []
        threading.Thread(target=self._serve, name="inetd", daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):  # it was closed
            while True:
                connection, _ = self._socket.accept()
                with connection:
                    line = connection.fileno()
                    self._running.append(
                        subprocess.Popen(self._command, stdin=line, stdout=line, stderr=subprocess.DEVNULL)
                    )

    def close(self) -> None:
        """Accept no more connections, and wait until those that are open have ended."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for each in self._running:
            each.wait(PATIENCE)


@contextmanager
def _usual_umask() -> Iterator[None]:
    """New folders are for all to read, whatever the umask of the tests is."""
    before = os.umask(0o022)
    try:
        yield
    finally:
        os.umask(before)


def _mounts_of(pid: int | str) -> str:
    """The mount namespace of a process; empty if it has ended."""
    try:
        return os.readlink(f"/proc/{pid}/ns/mnt")  # noqa: PTH115 it names no path
    except OSError:
        return ""


def _script(path: Path, line: str) -> None:
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)
