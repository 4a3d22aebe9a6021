"""Owns the screen of all refunds: the filter, the list, one refund in detail, and what can be done to it."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import ContentSwitcher, Input

from refund_tui.core.damage import Damaged
from refund_tui.core.filters import Order, QueryError, complete
from refund_tui.core.refunds import Refund, State
from refund_tui.core.text import visible
from refund_tui.desk.desk import Desk
from refund_tui.tui.background import answered
from refund_tui.tui.commands import HISTORY, bindings
from refund_tui.tui.files import export
from refund_tui.tui.refund_search import read_page, wanted_by
from refund_tui.tui.screens.refund_actions import RefundScreen
from refund_tui.tui.widgets.blocked_panel import BlockedPanel
from refund_tui.tui.widgets.confirm import ConfirmPanel
from refund_tui.tui.widgets.fields import field
from refund_tui.tui.widgets.filter_words import FilterWords
from refund_tui.tui.widgets.plain_text import Part, Plain, literal
from refund_tui.tui.widgets.refund_panel import label_for, possible_for
from refund_tui.tui.widgets.refund_rows import COLUMNS, cells
from refund_tui.tui.widgets.row_list import RowList
from refund_tui.tui.widgets.timeline import Timeline
from refund_tui.tui.wording.lists import Found, count_words, place_words
from refund_tui.tui.wording.notices import (
    NO_NEXT,
    NO_PREVIOUS,
    NOT_ANSWERED,
    UNUSABLE,
    exported,
)

NEEDS_A_PERSON = "state:AWAITING_APPROVAL,UNKNOWN,BLOCKED"


class HistoryScreen(RefundScreen):
    """The list of all refunds. Enter shows one refund."""

    title = "History"
    BINDINGS: ClassVar[list[BindingType]] = bindings(HISTORY)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "history")
        self._order, self._edition = Order.NEWEST, -1
        self._step = ContentSwitcher(initial="listing", id="history-step")
        self._find = field("find", "last four, receipt, amount, article, note or id")
        self._find.suggester = FilterWords(use_cache=False, case_sensitive=True)
        self._words = Plain("", id="find-words", classes="list-words")
        self._heading = Plain("", id="history-heading", classes="columns")
        self.rows: RowList[Refund | Damaged] = RowList(
            COLUMNS, partial(cells, desk), lambda refund: refund.key, id="refunds"
        )
        self._hint = Plain("", classes="hint")
        self._preview = Timeline(desk, id="preview", classes="right")
        self._panel = BlockedPanel(desk, id="asking-all")
        self._found: Found | None = None
        self._stepping = False

    def compose(self) -> ComposeResult:
        """The filter above the list, with the marked refund beside it if there is room; or one refund."""
        with self._step:
            with Vertical(id="listing"):
                with Horizontal(classes="field"):
                    yield Plain("Find", classes="name")
                    yield self._find
                yield self._words
                with Horizontal(classes="panes"):
                    with Vertical(classes="left"):
                        yield self._heading
                        yield self._hint
                        yield self.rows
                    yield self._preview
            yield self.refund_panel
            yield self._panel

    @property
    def _listing(self) -> bool:
        return self._step.current == "listing"

    def can(self, action: str) -> bool:
        """Whether a command is possible for the shown refund, or for the one under the cursor."""
        if self._step.current == "asking-all":
            return False
        if action.startswith("step"):
            return not self._listing and self.refund_panel.current == "timeline"
        if not self._listing:
            return self.refund_panel.current != "asking" if action == "back" else self.refund_panel.can(action)
        if action in ("find", "person", "turn") or action.startswith(("move", "page", "top", "bottom")):
            return True
        if action == "open":
            return self.rows.has_focus and self.rows.current is not None
        if action == "go_on_all":
            return self._desk.summary[State.BLOCKED] > 0
        if action in ("export", "export_lines"):
            return self.rows.total > 0 and self._desk.settings.export_folder is not None
        if action in ("submit", "back"):
            return action == "back" and self._find.has_focus
        refund = self.rows.current
        if not isinstance(refund, Refund):
            return False
        return possible_for(self._desk, refund, action, self._preview.pending_of(refund.key))

    def label(self, action: str) -> str:
        """The label of a key for the shown refund, or for the one under the cursor."""
        refund = self.rows.current if self._listing else self.refund_panel.refund
        return label_for(self._desk, refund if isinstance(refund, Refund) else None, action)

    @property
    def where(self) -> str:
        """The name, and the place in the list of the refund that is shown in detail."""
        marked, found = self.rows.current, self._found
        if self._listing or found is None or marked is None or marked.key != self.refund_panel.key:
            return self.title
        return f"{self.title} {place_words(found, self.rows.cursor + 1)}"

    @property
    def unanswered(self) -> str:
        """What did not happen if a question about one refund or about all blocked refunds is still open."""
        asking = self._step.current == "asking-all" or (not self._listing and self.refund_panel.current == "asking")
        return NOT_ANSWERED if asking else ""

    def enter(self) -> None:
        """Focus the list, or the refund that is shown."""
        if self._listing:
            self.rows.focus()
        elif self._step.current == "asking-all":
            self._panel.focus()
        else:
            self.refund_panel.enter()
        self.reload()

    def tick(self) -> None:
        """Count down."""
        if self._listing:
            self._preview.tick()
        else:
            self.refund_panel.tick()

    def reload(self) -> None:
        """Read again what is shown."""
        if self._listing:
            self.rows.reload()
            self.in_background(self._preview.read(), "preview")
        elif self._step.current == "asking-all":
            self.in_background(self._renew_question(), "refund-panel")
        else:
            self.in_background(self.refund_panel.read(), "refund-panel")

    async def _read(self, start: int, limit: int, edition: int) -> None:
        try:
            page = await read_page(self._desk, self._find.value, start, limit, self._order)
        except QueryError as error:
            if edition != self.rows.edition:
                return
            self.rows.set_rows(0, [], 0, fresh=True, edition=edition)
            self._none_shown(UNUSABLE)
            self._found = None
            self._words.show(str(error))
            return
        if edition != self.rows.edition:
            return  # of an older filter
        self._found = page.found
        self.rows.set_rows(start, page.rows, page.total, edition=edition)
        self._none_shown(page.why_none)
        self._fit_heading()
        self.call_after_refresh(self._fit_heading)  # a list that is shown for the first time has no width before
        self._say()
        self.refund_app.refresh_keys()

    def on_resize(self) -> None:
        """Lay out the heading again when the list has its new width."""
        self.call_after_refresh(self._fit_heading)

    def _fit_heading(self) -> None:
        self._heading.show(self.rows.heading())

    def _none_shown(self, why: tuple[Part, ...]) -> None:
        """Show instead of the list why no refund is shown. `why` is empty if there are refunds."""
        self._hint.show(literal(*why))
        self._hint.set_class(bool(why), "-shown")
        self._heading.display = not why

    def _say(self) -> None:
        """Show the position in the list, the number of refunds and their sum; or the completions of the last word."""
        found, line = self._found, self._find.value
        if found is None:
            return
        room = self._words.content_region.width
        words = [word for word in complete(line) if not line.endswith(word)] if self._find.has_focus else []
        told = count_words(found, self.rows.cursor + 1, self._order, room)
        self._words.show(visible("  ".join(filter(None, (told, *words))), 200))

    @on(RowList.Needed, "#refunds")
    def _needed(self, message: RowList.Needed) -> None:
        # A newer filter cancels older reads; pages of the same filter are all read.
        group, self._edition = ("lines" if message.edition != self._edition else ""), message.edition
        self.in_background(self._read(message.start, message.limit, message.edition), group)

    @on(RowList.Highlighted, "#refunds")
    def _highlighted(self) -> None:
        refund = self.rows.current
        self._say()
        if self._stepping and refund is not None:
            self._stepping = False
            self.refund_panel.follow(refund.key)
        self._preview.follow(refund.key if refund else None)
        self.in_background(self._preview.read(), "preview")
        self.refund_app.refresh_keys()

    async def action_open(self) -> None:
        """Show the refund under the cursor."""
        await self.show_selected()

    def action_step(self, by: int) -> None:
        """Show the next refund of the list, or the one before."""
        if 0 <= self.rows.cursor + by < self.rows.total:
            self._stepping = True
            self.rows.action_move(by)
        else:
            self.refund_app.announce(NO_NEXT if by > 0 else NO_PREVIOUS)

    async def show_selected(self) -> None:
        """Show the refund under the cursor, if none is shown yet."""
        refund = self.rows.current
        if self._listing and refund is not None:
            self.refund_panel.follow(refund.key)
            self._go("refund-panel")
            async with answered():
                await self.refund_panel.read()

    def _go(self, step: str) -> None:
        self._step.current = step
        self.enter()
        self.refund_app.refresh_keys()

    @on(Input.Changed, "#find")
    def _typed(self) -> None:
        self.rows.restart()

    @on(Input.Submitted, "#find")
    def _submitted(self) -> None:
        self.rows.focus()

    def action_find(self) -> None:
        """Focus the filter line."""
        if not self._listing:
            self._go("listing")
        self._find.focus()

    def action_person(self) -> None:
        """Show only refunds that need a person, or all again."""
        if not self._listing:
            self._go("listing")
        self._find.fill("" if self._find.value == NEEDS_A_PERSON else NEEDS_A_PERSON)

    def action_export(self) -> None:
        """Write the filtered refunds to a CSV file."""
        self.in_background(self._export(lines=False))

    def action_export_lines(self) -> None:
        """Write the filtered refunds as JSON lines."""
        self.in_background(self._export(lines=True))

    def action_turn(self) -> None:
        """Use the next order: newest, oldest, largest."""
        orders = list(Order)
        self._order = orders[(orders.index(self._order) + 1) % len(orders)]
        self.rows.restart()

    def action_go_on_all(self) -> None:
        """Ask whether all blocked refunds should continue."""
        self.in_background(self._ask_about_all())

    async def _ask_about_all(self) -> None:
        if await self._panel.read():
            self._go("asking-all")

    async def _renew_question(self) -> None:
        if not await self._panel.read():
            self._go("listing")

    @on(ConfirmPanel.Answered)
    def _answered(self, message: ConfirmPanel.Answered) -> None:
        message.stop()
        self._go("listing")
        if message.yes:
            self.in_background(self._panel.go_on(self._panel.blocked))

    async def _export(self, *, lines: bool) -> None:
        try:
            wanted = await wanted_by(self._desk, self._find.value)
        except QueryError as error:
            self.refund_app.announce(str(error))
            return
        path, number = await export(self._desk, wanted, lines=lines)
        self.refund_app.announce(exported(number, path))

    def action_submit(self) -> None:
        """Ask before the refund is settled."""
        self.refund_panel.submit()

    def action_back(self) -> None:
        """Go one step back: to the timeline, to the list, or out of the filter line."""
        self.refund_app.leave_announcement()
        if not self._listing and self.refund_panel.can("back"):
            self.refund_panel.back()
        elif not self._listing:
            self._go("listing")
        else:
            self.rows.focus()
