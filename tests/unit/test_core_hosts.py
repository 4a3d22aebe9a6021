"""When two descriptions are of one host, and what cannot be one."""

from __future__ import annotations

import pytest

from refund_tui.core.hosts import Host, host_of

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
    assert HERE.told == '{"boot": "boot-1", "machine": "machine-1", "name": "till-1"}'
    assert host_of(HERE.told) == HERE


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
    with pytest.raises(ValueError, match="this does not describe a host"):
        host_of(told)
