"""What a service's URL says: whether it can be used, which endpoint it names, and whether money moves there."""

from __future__ import annotations

import pytest

from refund_tui.core.endpoints import (
    check_base_url,
    check_proxy,
    endpoint_of,
    host_of,
    is_loopback,
    moves_real_money,
)

REAL = "https://us-east-1.payments.amazonphysicalstores.com"
TEST = "https://us-east-1.test.payments.amazonphysicalstores.com"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (REAL, REAL),
        (f"{REAL}/", REAL),
        (f"{REAL}/v1", REAL),
        (f"{REAL}/v1/", REAL),
        ("https://Gateway.Example/Pay/v1", "https://gateway.example/Pay"),
        ("https://gateway.example/PAYX/", "https://gateway.example/PAYX"),
        ("https://gateway.example/X/v1", "https://gateway.example/X"),
        ("https://gateway.example/pay//v1", "https://gateway.example/pay"),
        ("https://gateway.example:8443/v1x", "https://gateway.example:8443/v1x"),
        ("HTTP://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://LOCALHOST:8080/v1", "http://127.0.0.1:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("https://localhost:8080", "https://localhost:8080"),
        ("https://a_b-c.example", "https://a_b-c.example"),
        ("https://x", "https://x"),
        ("https://gateway.example:65535", "https://gateway.example:65535"),
    ],
)
def test_the_address_of_a_service_is_kept_in_one_form(given: str, kept: str) -> None:
    assert check_base_url(given) == kept


NO_HOST, NO_PORT = "^names no host$", "^has a port that is not from 1 to 65535$"
ODD_CHARACTER = "^holds a character that a URL cannot have$"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("ftp://gateway.example", r"^must begin with https:// \(http:// only for this host\)$"),
        ("gateway.example", r"^must begin with https://"),
        ("", r"^must begin with https://"),
        ("https://", NO_HOST),
        ("https://-gateway.example", NO_HOST),
        ("https://gateway.example-", NO_HOST),
        ("https://gate%way.example", NO_HOST),
        ("https://[::1", "^is not a URL$"),
        ("https://ana:secret@gateway.example", "^must not hold a name or a password: secrets are never settings$"),
        ("https://gateway.example:0", NO_PORT),
        ("https://gateway.example:", NO_PORT),
        ("https://gateway.example:65536", NO_PORT),
        ("https://gateway.example:pay", NO_PORT),
        ("https://gateway.example/?a=1", r"^must not have a \? or # part$"),
        ("https://gateway.example/?", r"^must not have a \? or # part$"),
        ("https://gateway.example/#a", r"^must not have a \? or # part$"),
        ("https://gateway.example/#", r"^must not have a \? or # part$"),
        ("http://gateway.example",
         r"^must begin with https:// \(gateway\.example is not this host, so http:// would be read on the way\)$"),
        ("https://gateway.example/pay ment", ODD_CHARACTER),
        ("https://gateway.example\n", ODD_CHARACTER),
        ("https://gatewäy.example", ODD_CHARACTER),
        ("https://gateway.example\\pay", ODD_CHARACTER),
        ("https://gateway.example/<pay>", ODD_CHARACTER),
        ("https://gateway.example\x7f", ODD_CHARACTER),
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_used_is_refused_with_its_reason(given: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        check_base_url(given)


def test_a_proxy_may_be_anywhere_and_has_no_path() -> None:
    assert check_proxy("http://Proxy.Example:3128/") == "http://proxy.example:3128"
    assert check_proxy("https://proxy.example") == "https://proxy.example"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("socks5://proxy.example", "^must begin with http:// or https://$"),
        ("http://ana:secret@proxy.example", "secrets are never settings$"),
        ("http://proxy.example/X", "^must end after the host and port$"),
        ("http://proxy.example/pay", "^must end after the host and port$"),
        ("http://proxy.example/?a", "^must end after the host and port$"),
        ("http://proxy.example#a", "^must end after the host and port$"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_refused_with_its_reason(given: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        check_proxy(given)


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        (None, ""),
        (REAL, "us-east-1.payments.amazonphysicalstores.com"),
        (f"{REAL}:443", "us-east-1.payments.amazonphysicalstores.com"),
        ("https://gateway.example:8443/pay", "gateway.example:8443/pay"),
        ("https://gateway.example:80", "gateway.example:80"),
        ("http://127.0.0.1", "127.0.0.1:80"),
        ("https://127.0.0.1", "127.0.0.1:443"),
        ("http://127.0.0.1:8080", "127.0.0.1:8080"),
        ("http://[0:0:0:0:0:0:0:1]:8080", "[::1]:8080"),
        ("https://[2001:DB8::1]", "[2001:db8::1]"),
        ("https://192.0.2.1", "192.0.2.1"),
    ],
)
def test_an_endpoint_is_the_host_the_port_where_it_tells_and_the_path(url: str | None, endpoint: str) -> None:
    assert endpoint_of(url) == endpoint


def test_the_host_of_no_service_is_none() -> None:
    assert host_of(None) == ""
    assert host_of("https://Gateway.Example:8443/pay") == "gateway.example"
    assert host_of("/pay") == ""


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("localhost", True), ("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("128.0.0.1", False),
        ("::2", False), ("localhost.example", False), ("127.0.0.1.example", False), ("", False),
    ],
)  # fmt: skip
def test_only_loopback_is_this_very_host(host: str, here: bool) -> None:
    assert is_loopback(host) is here


@pytest.mark.parametrize(
    ("url", "real"),
    [
        (REAL, True),
        (TEST, False),
        ("https://test.gateway.example", False),
        ("https://a.test.gateway.example", False),
        ("https://attest.gateway.example", None),
        ("http://127.0.0.1:8080", False),
        ("https://gateway.example", None),
        ("https://amazonphysicalstores.com.example", None),
        (None, None),
    ],
)
def test_real_money_moves_at_amazons_hosts_that_are_no_test(url: str | None, real: bool | None) -> None:
    assert moves_real_money(url) is real
