"""Owns what is changed in one app of Textual's: how it ends after a crash, and how a sequence reaches its driver."""

from __future__ import annotations

import traceback
from collections.abc import Callable

from rich.console import RenderableType
from textual.app import App


def end_without_source(app: App[int], exit_code: int, keep: Callable[[str], None]) -> None:
    """Replace what `app` does about its own fault, and about what a thread or a style sheet could not do."""

    def fatal_error() -> None:
        keep("".join(traceback.format_exception(app._exception)))
        app._close_messages_no_wait()

    def panic(*renderables: RenderableType) -> None:
        keep("\n".join(_plain(renderable) for renderable in renderables) or traceback.format_exc())
        app._return_code = exit_code
        app._close_messages_no_wait()

    vars(app).update(_fatal_error=fatal_error, panic=panic)


def _plain(renderable: RenderableType) -> str:
    """A Rich traceback without the values of variables; anything else as text."""
    from rich.traceback import Traceback  # slow to import, and only a crash needs it

    if not isinstance(renderable, Traceback):
        return str(renderable)
    stacks = renderable.trace.stacks
    return "\n".join(
        "\n".join(
            [f"{stack.exc_type}: {stack.exc_value}", *(f"  {f.filename}:{f.lineno} {f.name}" for f in stack.frames)]
        )
        for stack in stacks
    )


def write_to_terminal(app: App[int], sequence: str) -> bool:
    """Write to the app's driver; False while it has none."""
    driver = app._driver
    if driver is None:
        return False
    driver.write(sequence)
    driver.flush()
    return True
