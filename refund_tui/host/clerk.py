"""Owns which clerk works here: the account by default, and the names that an account may use.

Trusts only the kernel: a variable such as SUDO_USER counts only if the kernel's login uid is the same account.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from refund_tui.core.text import visible
from refund_tui.host.actor import account_of, login_uid

LONGEST = 64
"""The most characters of a clerk's name."""


def login(environ: Mapping[str, str]) -> str:
    """The account that ran sudo, if the kernel confirms it; else the account of this process."""
    behind, kept = environ.get("SUDO_USER"), login_uid()
    borne_out = behind and kept is not None and account_of(kept) == behind
    return visible(behind if behind and borne_out else account_of(os.getuid()), LONGEST)


def own_accounts() -> tuple[str, ...]:
    """The account of this process, and the account that logged in, if the kernel records another one."""
    kept = login_uid()
    return tuple(dict.fromkeys((account_of(os.getuid()), *([] if kept is None else [account_of(kept)]))))


def clerks_of(own: tuple[str, ...], accounts: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The clerks that all of the `own` accounts may be. `accounts` lists the clerks of each account.

    A login uid can only forbid names, because a process without one may set it.
    """
    first, *others = own
    return tuple(name for name in accounts.get(first, ()) if all(name in accounts.get(one, ()) for one in others))


def check_clerk(text: str) -> str:
    """A name without invisible or control characters. Raises ValueError."""
    name = text.strip()
    if not name or len(name) > LONGEST or visible(name) != name:
        raise ValueError(f"must be a name of 1 to {LONGEST} visible characters")
    return name
