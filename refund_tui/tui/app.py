"""Owns the terminal's frame: the places, the status line, the keys, and the way news reach the screens.

Sends nothing and decides nothing about money: that is the desk's.
"""

from __future__ import annotations

import contextlib
import gc
import traceback
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import DescendantFocus, Resize
from textual.widget import Widget

from refund_tui.core.refunds import Refund
from refund_tui.core.text import visible
from refund_tui.desk.desk import Desk
from refund_tui.desk.news import Changed, News, Trouble, Unsaved
from refund_tui.errors import RefundTuiError
from refund_tui.host.crash_file import write_crash
from refund_tui.settings.load import Settings
from refund_tui.tui.background import BackgroundWork
from refund_tui.tui.bindings import bindings
from refund_tui.tui.commands import COMMANDS, EVERYWHERE, Command, holds_in, key_of
from refund_tui.tui.messages import DeskNews
from refund_tui.tui.screens.screen import ScreenPane
from refund_tui.tui.screens.switcher import LATER, ScreenSwitcher
from refund_tui.tui.terminal.crash import CrashReporting
from refund_tui.tui.terminal.display import Display
from refund_tui.tui.terminal.key_queue import KeyQueue
from refund_tui.tui.terminal.signals import LOOK, a_shell_waits, end_in_order, terminal_is_gone
from refund_tui.tui.themes import TERMINAL, THEMES, look
from refund_tui.tui.widgets.footer import KeyLine
from refund_tui.tui.widgets.plain_text import Plain, literal
from refund_tui.tui.widgets.status_line import StatusLine
from refund_tui.tui.wording.states import outcome_words

if TYPE_CHECKING:
    from refund_tui.tui.screens.gate import GateScreen
    from refund_tui.tui.screens.palette import PaletteScreen
    from refund_tui.tui.screens.refund import RefundFormScreen

LEAST_COLUMNS, LEAST_ROWS = 60, 16
LONGEST = 300
"""Characters of an announcement that are shown."""


class RefundApp(CrashReporting, Display, KeyQueue):
    """The terminal over one desk. `failure` is why it ended, where it did not end because somebody left."""

    CSS_PATH = "style.tcss"
    TITLE = "refund-tui"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012 Textual's own attribute
    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-high")]  # noqa: RUF012 the same
    BINDINGS: ClassVar[list[BindingType]] = bindings(EVERYWHERE)

    def __init__(self, settings: Settings, *, desk: Desk | None = None) -> None:
        super().__init__(cell_diff=settings.cell_diff)
        self.desk = desk or Desk(settings)
        self._dress(settings.theme)
        self.set_keymap(dict(settings.keys))
        self.failure: RefundTuiError | None = None
        self.background = BackgroundWork(self.announce, self.failed)
        self._had_cursor: Widget | None = None
        self._announcement = Plain("", id="announcement")
        self._status = StatusLine(self.desk)
        self._places = ScreenSwitcher(self.desk)
        self._keys = KeyLine(settings.keys)

    def _dress(self, name: str) -> None:
        theme = look(name, self.console, no_color=self.no_color)
        self.register_theme(theme)
        self.theme = theme.name

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """What the style sheet needs of a look before ours is worn."""
        return dict(THEMES[TERMINAL].variables)

    def compose(self) -> ComposeResult:
        """The status line, one place at a time, one line for announcements, one for keys."""
        yield self._status
        yield self._places
        yield self._announcement
        yield self._keys
        yield Plain(
            f"This terminal is too small: {LEAST_COLUMNS} columns and {LEAST_ROWS} rows are needed.", id="small"
        )

    def on_mount(self) -> None:
        """Paint first; then open the files and begin."""
        end_in_order(self.leave)
        self.set_interval(LOOK, self._look_at_the_line)
        self.call_after_refresh(self._open)

    async def _open(self) -> None:
        try:
            await self.desk.open()
        except RefundTuiError as error:
            self.failure = error
            self.exit(error.exit_code)
            return
        self.background.open = True
        self.desk.listen(self._hear)
        self.desk.begin()
        self.set_interval(1.0, self._tick)
        self._show("lookup")
        self.announce(self.desk.refusal or "")
        self.background.do(self._furnish())

    async def _furnish(self) -> None:
        """Make the other places while the clerk looks at the first, and remember a draft."""
        try:
            for name in LATER:
                await self._places.bring(name)
            if self._refund is not None:
                await self._refund.remember()
                self.refresh_keys()
        finally:
            if not gc.isenabled():  # as `run` has it: what is here stays, no sweep goes through it while a clerk types
                gc.freeze()
                gc.enable()

    async def on_unmount(self) -> None:
        """Close the desk in order, whatever ended the screen; its last news have no screen to go to."""
        if self.background.open:
            with contextlib.suppress(RefundTuiError):  # the last half second of a draft is worth no fuss
                if self._refund is not None:
                    await self._refund.keep_draft()
        await self.background.close()
        await self.desk.close()

    def leave(self, code: int) -> None:
        """End in order with an exit code."""
        self.exit(code, return_code=code)

    def _look_at_the_line(self) -> None:
        if not self.is_headless and terminal_is_gone():
            self.leave(129)

    def on_resize(self, event: Resize) -> None:
        """Below the least size one sentence is all that is shown; whoever had the cursor gets it back after."""
        small = event.size.width < LEAST_COLUMNS or event.size.height < LEAST_ROWS
        if small and not self.has_class("-small"):
            self._had_cursor = self.focused
        self.set_class(small, "-small")
        if not small and self._had_cursor is not None:
            self.call_after_refresh(self._had_cursor.focus)
            self._had_cursor = None

    @property
    def place(self) -> ScreenPane:
        """The place that is shown."""
        return self._places.shown

    async def go(self, name: str) -> ScreenPane:
        """Show a place, made if need be."""
        place = await self._places.bring(name)
        self._show(name)
        return place

    def _show(self, name: str) -> None:
        unanswered = self.place.unanswered if name != self.place.id else ""
        self._places.current = name
        self._status.at(self.place.title)
        self.place.enter()
        if unanswered:
            self.announce(unanswered)
        self.refresh_keys()
        self._tick()

    def refresh_keys(self) -> None:
        """What is possible may have changed."""
        self._keys.show_commands(self.possible())

    def possible(self) -> tuple[Command, ...]:
        """The commands that can be carried out now, the place's own first."""
        own = [c for c in COMMANDS if holds_in(c, self.place.id or "")]
        everywhere = [c for c in COMMANDS if c.place == EVERYWHERE]
        return tuple(command for command in (*own, *everywhere) if self._can(command))

    def _can(self, command: Command) -> bool:
        if command.place != EVERYWHERE:
            return holds_in(command, self.place.id or "") and self.place.can(command.action)
        if command.name == "refund":
            return self.place.id != "refund" and self._refund is not None and self._refund.in_hand
        if command.name == "gate":
            return self.place.id != "gate" and self.desk.held > 0
        if command.name == "suspend":
            return not self.is_headless and a_shell_waits()
        return command.name != self.place.id

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The one place that decides what is possible now; what is no command of ours is Textual's."""
        found = [command for command in COMMANDS if command.action.partition("(")[0] == action]
        return any(self._can(command) for command in found) if found else True

    @property
    def _refund(self) -> RefundFormScreen | None:
        """The place of the refund in hand, once it is made."""
        return cast("RefundFormScreen | None", self._places.made("refund"))

    def _tick(self) -> None:
        self._status.redraw()
        self.place.tick()

    def keys_were_lost(self, number: int) -> None:
        """Say so: what is on the screen may not be what the clerk thinks."""
        self.announce(f"This host was too slow: {number} keys typed ahead were not taken. Look before you go on.")

    def failed(self, error: Exception) -> None:
        """Say what support will want to know; the refunds under way go on."""
        file = write_crash("".join(traceback.format_exception(error)), self.desk.settings.data_dir)
        history, where = key_of("history", self.desk.settings.keys), f" For support: {file}" if file else ""
        self.announce(
            f"This program failed at that ({type(error).__name__}). What is in the history ({history}) is safe.{where}"
        )

    def announce(self, words: str) -> None:
        """Say something once, wherever the clerk is; it stays until something else is said, or a question is asked."""
        hour = f"{self.desk.now().at.astimezone(self.desk.settings.zone):%H:%M}"
        self._announcement.show(literal((f"{hour}  ", "$muted"), visible(words, LONGEST)) if words else "")

    def _hear(self, news: News) -> None:
        if self.background.open:
            self.post_message(DeskNews(news))

    def on_desk_news(self, message: DeskNews) -> None:
        """Redraw what is shown; say what ended. On the way out there is nothing left to redraw."""
        if not self.place.is_attached:
            return
        match message.news:
            case Changed(refund=refund, kind=kind) if _ended(refund, kind):
                self.announce(outcome_words(refund))
                if self.desk.settings.bell:
                    self.bell()
            case Unsaved(why=why) | Trouble(why=why):
                self.announce(why)
            case _:
                pass
        self._status.redraw()
        self.place.reload()
        self.refresh_keys()

    async def action_lookup(self) -> None:
        """To the search."""
        await self.go("lookup")

    async def action_refund(self) -> None:
        """To the refund in hand, or to the draft typed last."""
        await cast("RefundFormScreen", await self.go("refund")).resume()

    async def action_history(self) -> None:
        """To the history."""
        await self.go("history")

    async def open_refund(self, store_id: str, trip_id: str) -> None:
        """Begin a refund on a trip; returns when its form has the cursor. Raises StoreError, with nothing changed."""
        await cast("RefundFormScreen", await self._places.bring("refund")).begin(store_id, trip_id)
        self._show("refund")

    async def action_palette(self) -> None:
        """What can be done here, by name."""
        palette = cast("PaletteScreen", await self._places.bring("palette"))
        palette.offer(self.place.id or "", self.possible())
        self._show("palette")

    async def action_gate(self) -> None:
        """Where the account's wait can be ended."""
        gate = cast("GateScreen", await self._places.bring("gate"))
        gate.came_from(self.place.id or "")
        self._show("gate")

    async def carry_out(self, command: Command) -> None:
        """Do what a command does in the place that is shown, if it is still possible."""
        await self.run_action(command.action, self if command.place == EVERYWHERE else self.place)

    def action_suspend(self) -> None:
        """Into the shell; not while an answer is awaited, which would then be read too late."""
        if self.desk.on_the_wire:
            self.announce("A request is on the wire: go to the shell when its answer is here.")
        else:
            self.action_suspend_process()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Other keys hold in another field."""
        if self.background.open:
            self.refresh_keys()

    def action_help(self) -> None:
        """The keys of this place, in words."""
        from refund_tui.tui.screens.help import HelpScreen  # for which no first screen waits

        self.push_screen(HelpScreen(self.place.id or "", self.possible(), self.desk.settings.keys, self.focused))

    async def action_quit(self) -> None:
        """Leave; with refunds still open, say which first."""
        summary = self.desk.summary
        goes_on = summary.going_on or self.desk.on_the_wire
        if goes_on and self.place.id != "leaving":
            await self.go("leaving")
        else:
            self.leave(0)


def _ended(refund: Refund, kind: str) -> bool:
    """Whether this change is one that a clerk waits for."""
    if kind in ("receipt_printed", "accepted_again", "late_answer"):
        return False
    return not refund.state.goes_on
