"""Owns who works here by default: the account that logged in, also where sudo changed to another account."""

from __future__ import annotations

import os
import pwd
from collections.abc import Mapping

from refund_tui.core.text import visible

LONGEST_CLERK = 64


def login(environ: Mapping[str, str]) -> str:
    """`SUDO_USER` if it is set, else the name of this process's account, or its number if it has no name."""
    return visible(environ.get("SUDO_USER") or _own_name(), LONGEST_CLERK)


def _own_name() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"
