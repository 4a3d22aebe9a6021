"""Owns the facts about a process that events and attempts record beside the clerk's name. Reads nothing from this host.

Anybody can type a name. These facts come from the kernel, except `ssh` and `ssh_key`.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """One process. A fact is empty if the host does not provide it, or if version 0.1.0 wrote the record.

    `uid` and `account` are those it runs as; `login_uid` and `login` the account that logged in, which the kernel's
    audit keeps through su and sudo. `ssh` is the variable SSH_CONNECTION, `ssh_key` the fingerprint of the key that
    opened the session, which sshd tells with `ExposeAuthInfo yes`. Whoever started the process could set both, unless
    sshd started it by a forced command.
    `uid_map` is there in a user namespace, in which an account can make its uid seem another one: uids inside, those
    outside that they are, and their number.
    """

    uid: str = ""
    account: str = ""
    login_uid: str = ""
    login: str = ""
    tty: str = ""
    ssh: str = ""
    host: str = ""
    pid: str = ""
    uid_map: str = ""
    ssh_key: str = ""

    @property
    def facts(self) -> dict[str, str]:
        """The known facts, by name."""
        return {name: value for name, value in asdict(self).items() if value}

    @property
    def as_text(self) -> str:
        """The facts as the ledger stores them; empty if there are none."""
        return json.dumps(self.facts, ensure_ascii=False, separators=(",", ":")) if self.facts else ""

    @property
    def words(self) -> str:
        """The facts in one line for people; empty if there are none."""
        return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in self.facts.items())


def actor_of(text: str) -> Actor:
    """The actor that `as_text` described. Raises ValueError if the text does not describe one."""
    if not text:
        return Actor()
    try:
        actor = Actor(**json.loads(text))
    except (ValueError, TypeError, RecursionError) as error:
        raise ValueError("this does not describe a process") from error
    if not all(isinstance(value, str) for value in actor.facts.values()):
        raise ValueError("this does not describe a process")
    return actor
