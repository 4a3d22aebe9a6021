"""The program as it runs with another version of Textual: `python -m tests.terminal.another_textual ARGUMENTS`.

The module that uses private names cannot even be imported.
"""

from __future__ import annotations

import sys

from refund_tui.cli import main
from refund_tui.tui.terminal import textual_inside
from refund_tui.tui.terminal.textual_inside import version

GUARDED = ("repairs",)

if __name__ == "__main__":
    version.KNOWN = "0.0.0"
    sys.modules.update(dict.fromkeys((f"{textual_inside.__name__}.{name}" for name in GUARDED), None))  # type: ignore[arg-type]
    sys.exit(main(sys.argv[1:]))
