"""Owns which clerk works here: the account by default, and the names that an account may use.

Believes the kernel alone: a variable such as SUDO_USER counts only where the kernel's login uid says the same.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from refund_tui.core.text import visible
from refund_tui.host.actor import account_of, login_uid

LONGEST = 64
"""Characters of a clerk's name at most."""


def login(environ: Mapping[str, str]) -> str:
    """The account that ran sudo, where the kernel bears that out, else this process's account."""
    behind, kept = environ.get("SUDO_USER"), login_uid()
    borne_out = behind and kept is not None and account_of(kept) == behind
    return visible(behind if behind and borne_out else account_of(os.getuid()), LONGEST)


def own_accounts() -> tuple[str, ...]:
    """This process's account, and the one that logged in where the kernel keeps another."""
    kept = login_uid()
    return tuple(dict.fromkeys((account_of(os.getuid()), *([] if kept is None else [account_of(kept)]))))


def clerks_of(own: tuple[str, ...], accounts: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The clerks that each of the `own` accounts may be. `accounts` lists the clerks of each account.

    A login uid can only take names away, since a process without one may set it.
    """
    first, *others = own
    return tuple(name for name in accounts.get(first, ()) if all(name in accounts.get(one, ()) for one in others))


def check_clerk(text: str) -> str:
    """A name without invisible or control characters. Raises ValueError."""
    name = text.strip()
    if not name or len(name) > LONGEST or visible(name) != name:
        raise ValueError(f"must be a name of 1 to {LONGEST} visible characters")
    return name
