"""Owns who a process is by the facts of its host, which stand in events and attempts beside the name of the clerk.

Reads nothing from this host. A name can be typed by anybody; these facts come from the kernel, but for `ssh`.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """One process. Each fact is empty where the host does not tell it, or where version 0.1.0 recorded none.

    `uid` and `account` are those it runs as; `login_uid` and `login` the account that logged in, which the kernel's
    audit keeps through su and sudo. `ssh` is the variable SSH_CONNECTION: whoever started the process could set it.
    """

    uid: str = ""
    account: str = ""
    login_uid: str = ""
    login: str = ""
    tty: str = ""
    ssh: str = ""
    host: str = ""
    pid: str = ""

    @property
    def facts(self) -> dict[str, str]:
        """What is known of it, by name."""
        return {name: value for name, value in asdict(self).items() if value}

    @property
    def as_text(self) -> str:
        """The facts as the ledger stores them; empty where there is none."""
        return json.dumps(self.facts, ensure_ascii=False, separators=(",", ":")) if self.facts else ""

    @property
    def words(self) -> str:
        """The facts in a line for people; empty where there is none."""
        return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in self.facts.items())


def actor_of(text: str) -> Actor:
    """The actor that the ledger names. Raises ValueError where the text describes none."""
    if not text:
        return Actor()
    try:
        actor = Actor(**json.loads(text))
    except (ValueError, TypeError, RecursionError) as error:
        raise ValueError("this does not describe a process") from error
    if not all(isinstance(value, str) for value in actor.facts.values()):
        raise ValueError("this does not describe a process")
    return actor
