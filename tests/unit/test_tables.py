"""Every state, reason code and setting stands in each table that has to know it."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import UTC, date
from pathlib import Path

import pytest

import refund_tui
from refund_tui.arguments import EXIT_CODES
from refund_tui.core.filters import Query
from refund_tui.core.lifecycle import possible
from refund_tui.core.reasons import ReasonCode
from refund_tui.core.receipt import DECIDED
from refund_tui.core.refunds import (
    GOING_ON_STATES,
    OPEN_STATES,
    PERSON_STATES,
    SENDABLE_STATES,
    STATE_FACTS,
    Life,
    State,
)
from refund_tui.core.waits import Policy
from refund_tui.sandbox.contract import REASONS
from refund_tui.settings.declared import SETTINGS
from refund_tui.settings.load import load_settings
from refund_tui.settings.readers import CHECKS, READERS
from refund_tui.store.sqlite.migrations import run_step
from refund_tui.store.sqlite.rows import states_sql
from refund_tui.store.sqlite.schema import LEDGER
from refund_tui.tui.screens.history import NEEDS_A_PERSON
from refund_tui.tui.wording.states import SIGNS, STATE_MEANS, TONES
from tests.pages import MANUAL, README
from tests.support.program import run


@pytest.mark.parametrize("table", [STATE_FACTS, SIGNS, STATE_MEANS, TONES], ids=["facts", "signs", "words", "tones"])
def test_every_state_stands_in_the_tables_of_facts_signs_words_and_tones(table: dict[State, object]) -> None:
    assert set(table) == set(State)


def test_no_two_states_have_the_same_sign_or_words() -> None:
    assert len(set(SIGNS.values())) == len(set(STATE_MEANS.values())) == len(State)


def test_an_open_state_either_goes_on_by_itself_or_needs_a_person() -> None:
    assert GOING_ON_STATES | PERSON_STATES == OPEN_STATES
    assert not GOING_ON_STATES & PERSON_STATES
    assert SENDABLE_STATES < GOING_ON_STATES
    assert all(state.counts for state in OPEN_STATES)


def test_a_person_can_act_on_whatever_needs_one_and_on_nothing_that_is_closed() -> None:
    assert all(possible(Life(state)) for state in PERSON_STATES)
    assert not any(possible(Life(state)) for state in State if state.terminal)


def test_the_key_that_shows_what_needs_a_person_finds_each_such_state() -> None:
    assert Query(UTC, date(2026, 3, 2), None).read(NEEDS_A_PERSON).states == PERSON_STATES


def test_the_receipt_says_what_each_closed_state_came_to() -> None:
    assert {state for state in State if state.terminal} == set(DECIDED)


@pytest.mark.parametrize("page", [README, MANUAL / "states.md"], ids=lambda page: page.name)
def test_the_pages_name_every_state(page: Path) -> None:
    text = page.read_text()
    assert [state for state in State if f"| {state} | {SIGNS[state]} |" not in text] == []


def test_the_ledger_takes_every_state_and_no_other() -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        for step in LEDGER.steps:
            run_step(connection, step)
        [(table,)] = connection.execute("SELECT sql FROM sqlite_schema WHERE name = 'refund'")
    [known] = re.findall(r"state TEXT NOT NULL CHECK \(state IN \(([^)]*)\)", table)
    assert re.findall(r"\w+", known) == list(State)


def test_the_ledger_never_leaves_a_closed_state() -> None:
    [closed] = re.findall(r"WHEN old\.state IN \(([^)]*)\)", _schema())
    assert set(re.findall(r"\w+", closed)) == {state for state in State if state.terminal}


def test_states_are_written_into_sql_in_their_own_order() -> None:
    assert states_sql({State.WAITING, State.QUEUED}) == "('QUEUED', 'WAITING')"


def _schema() -> str:
    return "\n".join(part for step in LEDGER.steps for part in step if isinstance(part, str))


def test_the_sandbox_has_its_own_list_of_the_reason_codes_and_it_agrees() -> None:
    assert list(REASONS) == list(ReasonCode)


def test_every_reason_has_words_a_digit_and_its_place_in_the_contract() -> None:
    contract = (MANUAL / "contract.md").read_text()
    assert all(code.words and code in contract for code in ReasonCode)
    assert [ReasonCode.by_digit(code.digit) for code in ReasonCode] == list(ReasonCode)
    assert len(ReasonCode) < 10  # one key picks one


def test_every_setting_has_a_reader_a_value_and_a_line_in_the_readme() -> None:
    loaded, text = load_settings({}, {}), README.read_text()
    assert [name for name, one in SETTINGS.items() if one.type not in READERS or one.check not in ("", *CHECKS)] == []
    assert [name for name in SETTINGS if name not in loaded.values or name not in loaded.sources] == []
    assert [name for name, one in SETTINGS.items() if f"| `{name}` |" not in text] == []
    assert [one.variable for one in SETTINGS.values() if (one.variable in text) is one.site_only] == []


def test_every_setting_but_those_of_the_site_is_a_flag() -> None:
    told = run("--help").stdout
    assert [one.option for one in SETTINGS.values() if (one.option in told) is one.site_only] == []


def test_the_exit_codes_name_the_states_that_need_a_person() -> None:
    assert all(state in EXIT_CODES for state in PERSON_STATES)


def test_only_the_lease_says_what_the_death_of_a_process_means() -> None:
    package = Path(refund_tui.__file__).parent
    told = [path for path in package.rglob("*.py") if "PROCESS_DIED" in path.read_text()]
    assert {path.relative_to(package).as_posix() for path in told} == {"core/lease.py", "core/outcomes.py"}


def test_the_waits_of_the_policy_are_those_of_the_settings() -> None:
    policy, settings = Policy(), load_settings({}, {})
    assert policy.horizon == settings.key_horizon_hours * 3600
    assert policy.longest == settings.refund_window_days * 86_400


def test_no_request_can_be_under_way_when_its_attempt_is_given_up() -> None:
    bounds = SETTINGS["request_timeout"].bounds
    assert bounds is not None
    assert Policy().longest_attempt > Policy().to_leave + bounds[1]
