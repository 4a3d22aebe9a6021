"""The services and the host of a ledger, and the messages for another service or host."""

from __future__ import annotations

import pytest

from refund_tui.core.ledger_identity import (
    Environment,
    Host,
    LedgerServices,
    Service,
    environment_of,
    first_endpoints,
    host_of,
    may_be_claimed,
    may_mean,
    open_elsewhere,
)

TEST, REAL = "us-east-1.test.payments.amazonphysicalstores.com", "us-east-1.payments.amazonphysicalstores.com"
OURS = Service("PRODUCTION", REAL)


def test_a_ledger_admits_its_own_environment_and_endpoints_only() -> None:
    ledger = LedgerServices("PRODUCTION", frozenset({REAL, "127.0.0.1:8080"}))
    assert ledger.refusal(OURS) is None
    assert ledger.refusal(Service("PRODUCTION", "127.0.0.1:8080")) is None
    for other in (Service("TEST", "127.0.0.1:8080"), Service("PRODUCTION", "127.0.0.1:8081"), Service("DEMO", REAL)):
        said = ledger.refusal(other)
        assert said is not None
        assert f"belongs to PRODUCTION at 127.0.0.1:8080, {REAL}, but the settings name {other}" in said
        assert ledger.endpoint_in_use(other) == ""


@pytest.mark.parametrize(
    ("recorded", "service", "owner", "given"),
    [
        ((), OURS, True, True),
        ((), OURS, False, False),
        ((REAL,), OURS, False, True),
        ((REAL,), Service("TEST", "127.0.0.1:8080"), True, False),
        (("gateway.example",), Service("TEST", "gateway.example/pay"), False, True),
    ],
)
def test_a_ledger_that_names_none_is_given_to_what_its_refunds_name_or_by_its_owner(
    recorded: tuple[str, ...], service: Service, owner: bool, given: bool
) -> None:
    assert may_be_claimed(recorded, service, owner=owner) is given


def test_the_endpoints_of_its_refunds_are_taken_over_but_for_another_environments() -> None:
    eu = "eu-west-1.payments.amazonphysicalstores.com"
    assert first_endpoints((REAL, TEST, eu), OURS) == {REAL, eu}
    eu_test = "eu-west-1.test.payments.amazonphysicalstores.com"
    assert first_endpoints((REAL, eu_test), Service("TEST", TEST)) == {eu_test, TEST}
    assert first_endpoints(("gateway.example",), Service("PRODUCTION", "gateway.example/pay")) == {
        "gateway.example/pay"
    }


@pytest.mark.parametrize(
    ("recorded", "endpoint", "may"),
    [
        ("loopback", "127.0.0.1:8080", True),
        ("gateway.example", "gateway.example/pay", True),
        ("gateway.example", "gateway.example.org", False),
        (TEST, REAL, False),
        ("127.0.0.1:8080", "127.0.0.1:8081", False),
    ],
)
def test_only_what_0_1_0_did_not_tell_apart_may_mean_another(recorded: str, endpoint: str, may: bool) -> None:
    assert may_mean(recorded, endpoint) is may


def test_what_is_open_elsewhere_is_counted_and_named() -> None:
    assert open_elsewhere({}) == ""
    assert open_elsewhere({TEST: 1}) == f"1 open refund for another service, {TEST}"
    assert open_elsewhere({"loopback": 2}) == "2 open refunds for another service, loopback"
    assert open_elsewhere({TEST: 1, "loopback": 2}) == f"3 open refunds for another service, {TEST} (1), loopback (2)"


def test_a_ledger_that_names_no_service_says_who_must_open_it_first() -> None:
    said = LedgerServices().refusal(OURS)
    assert said is not None
    assert said.startswith("this ledger does not say yet to which service it belongs: nothing is recorded, asked or")
    assert said.endswith(f"sent at {OURS}. Have the account that owns it open it first")


def test_before_a_ledger_belongs_to_a_service_its_refunds_are_the_settings_own() -> None:
    assert LedgerServices().endpoint_in_use(OURS) == REAL
    assert LedgerServices("PRODUCTION", frozenset({REAL})).endpoint_in_use(OURS) == REAL
    assert str(LedgerServices(None, frozenset({REAL}))) == REAL


def test_the_remedy_is_another_folder_for_another_environment_and_an_added_endpoint_for_another_place() -> None:
    ledger = LedgerServices("PRODUCTION", frozenset({REAL}))
    other_environment = ledger.refusal(Service("TEST", REAL)) or ""
    other_place = ledger.refusal(Service("PRODUCTION", TEST)) or ""
    assert other_environment.endswith("Set base_url back, or choose another data_dir for TEST")
    assert other_place.endswith(
        "reviewed. Set base_url back; if the service has moved, the ledger's owner runs refund-tui ledger add-endpoint"
    )


HERE = Host("machine-1", "boot-1", "till-1")


@pytest.mark.parametrize(
    ("other", "same", "at_work"),
    [
        (HERE, True, True),
        (Host("machine-1", "boot-1", "renamed"), True, True),
        (Host("machine-1", "boot-2", "till-1"), True, False),
        (Host("machine-2", "boot-1", "container"), True, True),
        (Host("machine-2", "boot-2", "till-1"), False, False),
        (Host("", "boot-2", "till-1"), True, False),
        (Host("", "boot-2", "till-2"), False, False),
        (Host("machine-1", "", "renamed"), True, True),
        (Host("machine-2", "", "till-1"), False, False),
        (Host("", "", "till-1"), True, True),
        (Host("", "", "till-2"), False, False),
    ],
)
def test_a_host_is_known_by_its_boot_then_its_machine_then_its_name(other: Host, same: bool, at_work: bool) -> None:
    assert (HERE.is_same(other), other.is_same(HERE)) == (same, same)
    assert (HERE.is_at_work(other), other.is_at_work(HERE)) == (at_work, at_work)


def test_hosts_that_name_no_boot_are_not_the_same_for_it() -> None:
    assert not Host("machine-1", "", "till-1").is_same(Host("machine-2", "", "till-1"))


def test_what_a_ledger_keeps_of_a_host_is_read_back() -> None:
    assert HERE.as_text == '{"boot": "boot-1", "machine": "machine-1", "name": "till-1"}'
    assert host_of(HERE.as_text) == HERE


@pytest.mark.parametrize("told", ["", "till-1", "{"])
def test_what_is_no_json_describes_no_host(told: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        host_of(told)


@pytest.mark.parametrize(
    "told",
    [
        "[]", '"till-1"', "{}", '{"boot": "b", "machine": "m"}',
        '{"boot": "b", "machine": "m", "name": "n", "pid": "1"}', '{"boot": 1, "machine": "m", "name": "n"}',
    ],
)  # fmt: skip
def test_what_describes_no_host_is_refused(told: str) -> None:
    with pytest.raises(ValueError, match=r"^this does not describe a host$"):
        host_of(told)


@pytest.mark.parametrize(
    ("host", "named", "environment"),
    [
        (REAL, None, "PRODUCTION"),
        ("gateway.example", None, "PRODUCTION"),
        (TEST, None, "TEST"),
        ("127.0.0.1:8080", None, "TEST"),
        ("gateway.example", "TEST", "TEST"),
        ("127.0.0.1:8080", "PRODUCTION", "PRODUCTION"),
        (REAL, "PRODUCTION", "PRODUCTION"),
        ("127.0.0.1:8080", "DEMO", "DEMO"),
    ],
)
def test_what_is_not_known_as_a_test_moves_real_money_unless_a_person_names_it(
    host: str, named: Environment | None, environment: Environment
) -> None:
    assert environment_of(f"https://{host}", named) == environment


def test_without_a_service_the_environment_is_the_one_in_which_least_can_go_wrong() -> None:
    assert environment_of(None) == "PRODUCTION"


def test_a_service_that_moves_real_money_is_never_called_a_test() -> None:
    told = f"^is TEST, but {REAL} moves real money: set environment to PRODUCTION, or base_url to a test host$"
    with pytest.raises(ValueError, match=told):
        environment_of(f"https://{REAL}", "TEST")
