"""The themes: every text colour is readable on each of its backgrounds."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from textual.color import Color

from refund_tui.settings.declared import SETTINGS
from refund_tui.tui.themes import PALETTES, TERMINAL, THEMES, Palette, theme_for


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    given = Color.parse(colour).normalized
    parts = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in given)
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def test_black_on_white_has_the_highest_contrast() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("name", PALETTES)
def test_every_colour_can_be_read_on_its_background(name: str) -> None:
    palette, least = PALETTES[name], 7 if name == "contrast" else 4.5
    tones = (palette.ink, palette.muted, palette.accent, palette.good, palette.warn, palette.bad)
    assert min(contrast(tone, palette.paper) for tone in tones) >= least
    assert min(contrast(palette.ink, palette.raised), contrast(palette.muted, palette.raised)) >= 4.5


def test_the_colours_of_two_tones_differ() -> None:
    for palette in PALETTES.values():
        tones = Palette(*palette)
        assert len({tones.ink, tones.accent, tones.good, tones.warn, tones.bad, tones.paper}) == 6


def test_the_configuration_names_every_look_and_no_other() -> None:
    assert set(SETTINGS["theme"].choices) == set(THEMES)


@pytest.mark.parametrize(("colours", "worn"), [("standard", TERMINAL), ("256", "light"), ("truecolor", "light")])
def test_with_sixteen_colours_the_terminals_own_theme_is_used(colours: str, worn: str) -> None:
    console = Console(file=io.StringIO(), force_terminal=True, color_system=colours)  # type: ignore[arg-type]
    assert theme_for("light", console, no_color=False) is THEMES[worn]
    assert theme_for("light", console, no_color=True) is THEMES[TERMINAL]
