"""Owns the app: its screens, the status line, the line of keys, and how the desk's news reach the screens.

Never sends anything and never decides about money: the desk does.
"""

from __future__ import annotations

import gc
import traceback
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import DescendantFocus, Event, Key, Paste, Resize
from textual.widget import Widget

from refund_tui.core.refunds import Refund
from refund_tui.desk.desk import Desk
from refund_tui.desk.news import News, Over, Trouble
from refund_tui.errors import RefundTuiError, StoreError
from refund_tui.host.crash_file import write_crash
from refund_tui.settings.load import Settings
from refund_tui.tui.background import BackgroundWork
from refund_tui.tui.commands import EVERYWHERE, Command, bindings, key_label, key_of
from refund_tui.tui.idle import IdleEnd
from refund_tui.tui.news import ClerksNews, DeskNews, end_words, trouble_words
from refund_tui.tui.possible import PossibleCommands
from refund_tui.tui.screens.screen import ScreenPane
from refund_tui.tui.screens.switcher import MOUNTED_LATER, ScreenSwitcher
from refund_tui.tui.terminal.crash import CrashReporting
from refund_tui.tui.terminal.display import Display
from refund_tui.tui.terminal.key_queue import KeyQueue
from refund_tui.tui.terminal.signals import CHECK_EVERY, can_suspend, exit_on_signals, terminal_is_gone
from refund_tui.tui.themes import Themed
from refund_tui.tui.widgets.announcement import Announcement
from refund_tui.tui.widgets.footer import KeyLine
from refund_tui.tui.widgets.plain_text import Plain
from refund_tui.tui.widgets.status_line import StatusLine
from refund_tui.tui.wording import notices

if TYPE_CHECKING:
    from refund_tui.tui.screens.gate import GateScreen
    from refund_tui.tui.screens.palette import PaletteScreen
    from refund_tui.tui.screens.refund import RefundFormScreen

LEAST_COLUMNS, LEAST_ROWS = 60, 16
TICK = 1.0
"""Seconds between two redraws of what changes with time."""


class RefundApp(CrashReporting, Themed, Display, KeyQueue, PossibleCommands):
    """The app of one desk. `failure` is the error that ended it; None if a person quit."""

    CSS_PATH = "style.tcss"
    TITLE = "refund-tui"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (76, "-usual"), (110, "-wide")]  # noqa: RUF012 Textual's own attribute
    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-high")]  # noqa: RUF012 the same
    BINDINGS: ClassVar[list[BindingType]] = bindings(EVERYWHERE)

    def __init__(self, settings: Settings, *, desk: Desk | None = None) -> None:
        super().__init__(cell_diff=settings.cell_diff)
        self.desk = desk or Desk(settings)
        self.use_theme(settings.theme)
        self.set_keymap(dict(settings.keys))
        self.failure: RefundTuiError | None = None
        self._left = False
        self.background = BackgroundWork(self.announce_error, self.failed)
        self._unread_at: int | None = None
        """How many looks there were when something could not be read; None if all was read."""
        self._focus_before: Widget | None = None
        self._typed_blindly = 0
        """How many keys were dropped since the terminal is too small."""
        self.parting: list[str] = []
        """What is printed when the terminal has ended."""
        self._idle = IdleEnd(settings.idle_end)
        self._announcement = Announcement(self.desk.settings.zone)
        self._news = ClerksNews(self.desk.clerk, approver=self.desk.settings.may_approve)
        self._status = StatusLine(self.desk)
        self._screens = ScreenSwitcher(self.desk)
        self._keys = KeyLine()

    def compose(self) -> ComposeResult:
        """The status line, one screen at a time, the announcement, the line of keys."""
        yield self._status
        yield self._screens
        yield self._announcement
        yield self._keys
        quit_key = key_of("quit", self.configured_keys)
        yield Plain(notices.too_small(LEAST_COLUMNS, LEAST_ROWS, quit_key), id="small")

    def on_mount(self) -> None:
        """Draw the first screen, then open the files and start the desk."""
        if not self.is_headless:  # without a terminal, the signals belong to the process that runs this app
            exit_on_signals(self.leave)
        self.set_interval(CHECK_EVERY, self._check_terminal)
        self.call_after_refresh(self._open)

    async def _open(self) -> None:
        try:
            await self.desk.open()
        except RefundTuiError as error:
            self.failure = error
            self.exit(error.exit_code)
            return
        self.background.open = True
        self.desk.listen(self._on_news)
        self.desk.begin()
        self.set_interval(TICK, self._tick)
        self._screens.lookup.begin()
        self._redraw_around()
        self.announce(self.desk.refusal or "", news=True)
        self.background.do(self._mount_other_screens())

    async def _mount_other_screens(self) -> None:
        """Mount the other screens in the background, then offer the last draft."""
        try:
            for name in MOUNTED_LATER:
                await self._screens.mounted(name)
            if self._refund is not None:
                await self._refund.offer_draft()
                self.refresh_keys()
        finally:
            if not gc.isenabled():  # `run` switched it off
                gc.freeze()  # these objects are in no later collection, so none delays a key
                gc.enable()

    async def on_unmount(self) -> None:
        """Close the desk, whatever ended the app. News that come now are not shown."""
        self._left = True
        self.desk.hurry()
        if self.background.open:
            try:
                if self._refund is not None:
                    await self._refund.keep_draft()
            except RefundTuiError as error:
                self.parting.append(notices.draft_lost(error))
        await self.background.close()
        await self.desk.close()

    def leave(self, code: int) -> None:
        """End the app with an exit code."""
        self._left = True
        self.exit(code, return_code=code)

    @property
    def _ends(self) -> bool:
        """Whether the app ends: a widget that is looked for may be gone."""
        return self._left or not self.is_running

    def _check_terminal(self) -> None:
        if not self.is_headless and terminal_is_gone():
            self.leave(129)

    def on_resize(self, event: Resize) -> None:
        """If the terminal is too small, show only one sentence. Give the focus back afterwards."""
        small = event.size.width < LEAST_COLUMNS or event.size.height < LEAST_ROWS
        if small and not self.has_class("-small"):
            self._focus_before = self.focused
        self.set_class(small, "-small")
        if not small and self._focus_before is not None:
            self.call_after_refresh(self._focus_before.focus)
            self._focus_before = None
        if not small and self._typed_blindly:
            self.announce(notices.typed_blindly(self._typed_blindly))
            self._typed_blindly = 0

    async def on_event(self, event: Event) -> None:
        """Drop, and count, the keys that are pressed while no screen can be shown, but not the one that quits."""
        blind = self.has_class("-small") and len(self.screen_stack) == 1
        if not blind or not isinstance(event, Key | Paste) or event.is_forwarded or self._quits(event):
            await super().on_event(event)
        else:
            self.key_came()
            self._typed_blindly += len(event.text) if isinstance(event, Paste) else 1

    def _quits(self, event: Key | Paste) -> bool:
        return isinstance(event, Key) and key_label(event.key) == key_of("quit", self.configured_keys)

    @property
    def current_screen(self) -> ScreenPane:
        """The screen that is shown."""
        return self._screens.shown

    async def go(self, name: str) -> ScreenPane:
        """Show a screen. Mount it first if necessary."""
        screen = await self._screens.mounted(name)
        self._show(name)
        return screen

    def _show(self, name: str, *, begun: bool = False) -> None:
        """Show a screen, and remove the announcement of the previous one.

        `begun`: this screen has already announced its own.
        """
        unanswered = self._left_unanswered() if name != self.current_screen.id else ""
        if name != self.current_screen.id and not begun:
            self.leave_announcement()
        self._screens.current = name
        self.current_screen.enter()
        if unanswered:
            self.announce(unanswered)
        self._redraw_around()

    def _left_unanswered(self) -> str:
        """What to say when the present screen is left; "" if it asks nothing."""
        screen = self.current_screen
        if screen.recording:
            return notices.STILL_BEING_RECORDED
        if not screen.unanswered:
            return ""
        key = key_of(screen.id or "", self.desk.settings.keys)
        return f"{screen.unanswered} {notices.way_back(key)}"

    def _redraw_around(self) -> None:
        """Draw the status line and the line of keys for the present screen."""
        self.refresh_keys()
        self._tick()

    def refresh_keys(self) -> None:
        """Show the keys of what is possible now, and the name of what is shown."""
        if self._ends:
            return
        self._status.show_title(self.current_screen.where)
        self._keys.show_commands([(command, keys[0]) for command, keys in self.heard()])

    @property
    def configured_keys(self) -> Mapping[str, str]:
        """The keys of the configuration, by the names of their commands."""
        return self.desk.settings.keys

    def can_everywhere(self, command: Command) -> bool:
        """Whether a command that holds everywhere is possible now."""
        if command.name == "lookup" and self.current_screen.id == "lookup":
            return self.current_screen.can("clear")  # in a field, this key selects the text
        if command.name == "refund":
            return self.current_screen.id != "refund" and self._refund is not None and self._refund.in_hand
        if command.name == "gate":
            return self.current_screen.id != "gate" and self.desk.held > 0
        if command.name == "suspend":
            return not self.desk.settings.kiosk and not self.is_headless and can_suspend()
        return command.name != self.current_screen.id

    @property
    def _refund(self) -> RefundFormScreen | None:
        """The refund form, once it is mounted."""
        return cast("RefundFormScreen | None", self._screens.get("refund"))

    def _tick(self) -> None:
        if self._ends:
            return
        self._status.redraw()
        self._announcement.tick(self.desk.now(), self.desk.looks)
        if self._unread_at is not None and self.desk.looks > self._unread_at:
            self._unread_at = None
            self.current_screen.reload()
        self.current_screen.tick()
        self._look_whether_idle()

    def key_came(self) -> None:
        """Note that somebody is here."""
        self._idle.key(self.desk.now())
        self._announcement.interrupt("")

    def _look_whether_idle(self) -> None:
        """Count down to the end after a time without a key; then end as if the clerk had quit."""
        left, screen = self._idle.left(self.desk.now()), self.current_screen
        if left is not None and len(self.screen_stack) > 1:
            self.pop_screen()  # help would hide the countdown
        if left is None:
            self._announcement.interrupt("")
        elif left or self.desk.on_the_wire or screen.recording:
            self._announcement.interrupt(notices.idle_soon(left))
        else:
            going_on = self.desk.summary.going_on
            self.parting.append(notices.idle_ended(self._idle.minutes, screen.unanswered, going_on))
            self.leave(0)

    def keys_dropped(self, number: int) -> None:
        """Announce that keys were dropped, so that the fields may not contain what was typed."""
        self.announce(notices.keys_not_taken(number))

    def failed(self, error: Exception) -> None:
        """Announce a fault of the program and the file with its traceback. Refunds under way continue."""
        if self._ends:
            return
        file = write_crash("".join(traceback.format_exception(error)), self.desk.settings.data_dir)
        self.announce(notices.program_failed(error, file, key_of("history", self.desk.settings.keys)))

    def announce(self, words: str, *, news: bool = False) -> None:
        """Show a sentence until the next sentence, question or screen. `news` stays a little longer."""
        self._announcement.announce(words, self.desk.now(), news=news)

    def withdraw(self, words: str) -> None:
        """Show these words no longer: they are not true now."""
        self._announcement.withdraw(words, self.desk.now())

    def announce_error(self, error: Exception) -> None:
        """Announce why something was not done. What could not be read is read again later."""
        unread = isinstance(error, StoreError) and error.unread
        self._announcement.announce(str(error), self.desk.now(), unread_at=self.desk.looks if unread else None)
        if unread:
            self.read_again()

    def read_again(self) -> None:
        """Read what the screen shows again, once a look finds that the files can be read."""
        self._unread_at = self.desk.looks

    def leave_announcement(self) -> None:
        """Remove the announcement, because the clerk turns to something else. News stay a little longer."""
        self._announcement.leave(self.desk.now(), self.desk.looks)

    def _on_news(self, news: News) -> None:
        if self.background.open:
            self.post_message(DeskNews(news))

    def on_desk_news(self, message: DeskNews) -> None:
        """Redraw the screen, and announce refunds that ended."""
        if self._ends:
            return
        match message.news:
            case Trouble(why=why, lasts=True):
                self._announcement.stand(why)
            case Over(why=why):
                self.withdraw(why)
        ended = self._news.ended(message.news)
        if ended:
            self.background.do(self._tell_ends(ended))
        elif words := trouble_words(message.news) or self._news.requested(message.news):
            self.announce(words, news=True)
        if self.desk.settings.bell and ended:
            self.bell()
        self._status.redraw()
        self.current_screen.reload()
        self.refresh_keys()

    async def _tell_ends(self, ended: list[Refund]) -> None:
        self.announce(await end_words(self.desk, ended), news=True)

    async def action_lookup(self) -> None:
        """Go to Lookup."""
        await self.go("lookup")

    async def action_refund(self) -> None:
        """Go to the open refund, or to the last draft."""
        form = cast("RefundFormScreen", await self.go("refund"))
        await form.resume()

    async def action_history(self) -> None:
        """Go to the history."""
        await self.go("history")

    async def open_refund(self, store_id: str, trip_id: str) -> None:
        """Open the form for a trip. Returns when the form has the focus. Raises StoreError; then nothing changed."""
        self.leave_announcement()
        await cast("RefundFormScreen", await self._screens.mounted("refund")).begin(store_id, trip_id)
        self._show("refund", begun=True)

    async def action_palette(self) -> None:
        """Show the commands that are possible now."""
        palette = cast("PaletteScreen", await self._screens.mounted("palette"))
        palette.offer(self.current_screen.id or "", self.possible())
        self._show("palette")

    async def action_gate(self) -> None:
        """Go to the screen that ends the account's wait."""
        gate = cast("GateScreen", await self._screens.mounted("gate"))
        gate.return_to(self.current_screen.id or "")
        self._show("gate")

    async def run_command(self, command: Command) -> None:
        """Run a command on the present screen, if it is still possible."""
        await self.run_action(command.action, self if command.context == EVERYWHERE else self.current_screen)

    def action_suspend(self) -> None:
        """Suspend to the shell, but not during a request: a stopped program would read its answer too late."""
        if self.desk.on_the_wire:
            self.announce(notices.NO_SHELL_NOW)
        else:
            self.action_suspend_process()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Show the keys that work in the focused field."""
        if self.background.open:
            self.refresh_keys()

    def action_help(self) -> None:
        """Show help for this screen."""
        from refund_tui.tui.screens.help import HelpScreen  # imported only when needed: it would slow the start

        self.push_screen(HelpScreen(self.current_screen.id or "", self.heard(), self.focused))

    async def action_quit(self) -> None:
        """Quit. If refunds are open, ask first."""
        summary = self.desk.summary
        goes_on = summary.going_on or self.desk.on_the_wire
        if goes_on and self.current_screen.id != "leaving":
            await self.go("leaving")
        else:
            self.leave(0)
