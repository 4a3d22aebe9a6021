"""Owns who works here by default: the account that logged in, also where sudo changed to another account."""

from __future__ import annotations

import os
import pwd
from collections.abc import Mapping

from refund_tui.core.text import visible

LONGEST = 64
"""Characters of a clerk's name at most."""


def login(environ: Mapping[str, str]) -> str:
    """`SUDO_USER` if it is set, else the name of this process's account, or its number if it has no name."""
    return visible(environ.get("SUDO_USER") or _own_name(), LONGEST)


def check_clerk(text: str) -> str:
    """A name without invisible or control characters. Raises ValueError."""
    name = text.strip()
    if not name or len(name) > LONGEST or visible(name) != name:
        raise ValueError(f"must be a name of 1 to {LONGEST} visible characters")
    return name


def _own_name() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"
