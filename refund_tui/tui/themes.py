"""Owns the themes: the terminal's own colours, dark, light and high contrast. Each colour has one meaning.

No information is in a colour alone, so every theme works, and no colours too.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from rich.console import Console
from textual.app import App
from textual.theme import BUILTIN_THEMES, Theme

TERMINAL = "terminal"


class Palette(NamedTuple):
    """Colours as `#rrggbb`: `paper` is the background, `raised` a lighter one for bars, `ink` the text."""

    paper: str
    raised: str
    ink: str
    muted: str
    accent: str
    good: str
    warn: str
    bad: str


PALETTES = {
    "dark": Palette("#12161d", "#28313f", "#e6eaf0", "#9fadbf", "#62d0e8", "#84d894", "#e8bd63", "#ff8a83"),
    "light": Palette("#fbfaf6", "#e3e0d6", "#1c222a", "#545d69", "#0a6078", "#1b6b31", "#7a5000", "#a9231c"),
    "contrast": Palette("#000000", "#303030", "#ffffff", "#ffffff", "#5fffff", "#87ff87", "#ffff5f", "#ffafaf"),
}


_REVERSE = {
    "bar-style": "reverse",
    "block-cursor-text-style": "reverse",
    "selection-style": "reverse",
    "muted": "dim",
    "muted-style": "dim",
    "hint-style": "dim",
}
"""For the terminal's own colours. Only reverse video is always readable on an unknown background."""

_PLAIN = {"bar-style": "none", "block-cursor-text-style": "none", "selection-style": "none", "muted-style": "none"}


def _drawn(palette: Palette) -> dict[str, str]:
    """The variables that Textual would compute by blending. They are set here, so that each contrast is tested."""
    tones = {
        "muted": palette.muted, "disabled": palette.muted, "accent": palette.accent, "success": palette.good,
        "warning": palette.warn, "error": palette.bad,
    }  # fmt: skip
    hint = "dim" if palette.muted == palette.ink else "none"
    inks = {"text": palette.ink, "muted": palette.muted, "rule": palette.muted}
    on_ink = ("block-cursor", "input-cursor")
    raised = ("block-cursor-blurred-background", "input-selection-background")
    return {
        **_PLAIN, **inks, "hint-style": hint, **{f"text-{tone}": colour for tone, colour in tones.items()},
        **{f"{name}-background": palette.ink for name in on_ink},
        **{f"{name}-foreground": palette.paper for name in on_ink},
        **dict.fromkeys(raised, palette.raised), "block-cursor-blurred-foreground": palette.ink,
        "input-selection-foreground": palette.ink, "on-badge": palette.paper, "on-alarm": palette.paper,
        "scrollbar": palette.muted, "scrollbar-active": palette.accent, "scrollbar-background": palette.paper,
    }  # fmt: skip


def _theme(name: str, palette: Palette) -> Theme:
    return Theme(
        name=f"refund-{name}", dark=name != "light", variables=_drawn(palette),
        primary=palette.accent, secondary=palette.accent, accent=palette.accent, success=palette.good,
        warning=palette.warn, error=palette.bad, foreground=palette.ink, background=palette.paper,
        surface=palette.paper, panel=palette.raised,
    )  # fmt: skip


def _own() -> Theme:
    """The terminal's own colours; work under way has another colour than success."""
    builtin = BUILTIN_THEMES["ansi-dark"]
    default = dict.fromkeys(
        ("block-cursor-background", "block-cursor-foreground", "block-cursor-blurred-background",
         "block-cursor-blurred-foreground", "input-cursor-background", "input-cursor-foreground",
         "input-selection-background", "input-selection-foreground", "text-muted", "text-disabled"),
        "ansi_default",
    )  # fmt: skip
    grey = dict.fromkeys(("scrollbar", "scrollbar-active", "rule"), "ansi_bright_black")
    inks = {**grey, "scrollbar-background": "ansi_default", "on-badge": "ansi_black", "on-alarm": "ansi_bright_white"}
    variables = {**builtin.variables, **default, **_REVERSE, **inks}
    return replace(builtin, name=f"refund-{TERMINAL}", accent="ansi_cyan", variables=variables)


THEMES = {TERMINAL: _own(), **{name: _theme(name, palette) for name, palette in PALETTES.items()}}
"""The themes by their names in the configuration."""


def theme_for(name: str, console: Console, *, no_color: bool) -> Theme:
    """The theme of that name. With 16 colours or none, always the terminal's own."""
    few = console.color_system in (None, "standard")
    return THEMES[TERMINAL if few or no_color else name]


class Themed(App[int]):
    """An app that is drawn in one of these themes."""

    def use_theme(self, name: str) -> None:
        """Draw in the theme of that name, as far as the terminal has colours for it."""
        theme = theme_for(name, self.console, no_color=self.no_color)
        self.register_theme(theme)
        self.theme = theme.name

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The variables that the style sheet needs before a theme is used."""
        return dict(THEMES[TERMINAL].variables)
