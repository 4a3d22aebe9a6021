"""Settings: their order, derived values, and one line for each mistake with its place and what to do."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from refund_tui.errors import ConfigError
from refund_tui.settings.load import Settings, load_settings

AMAZON_TEST = "https://us-east-1.test.payments.amazonphysicalstores.com"
AMAZON = "https://us-east-1.payments.amazonphysicalstores.com"


def load(text: str = "", /, environ: dict[str, str] | None = None, **flags: object) -> Settings:
    """Settings with `text` as the user's file."""
    if text:
        user_file().write_text(text)
    return load_settings(flags, environ or {})


def user_file() -> Path:
    folder = Path.home() / ".config" / "refund-tui"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / "config.toml"


def site_file(text: str) -> Path:
    folder = Path.home() / "site" / "refund-tui"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(text)
    return folder / "config.toml"


def mistakes(text: str = "", /, environ: dict[str, str] | None = None, **flags: object) -> list[str]:
    """The lines of the error."""
    with pytest.raises(ConfigError) as raised:
        load(text, environ, **flags)
    return str(raised.value).splitlines()


def test_flags_win_over_variables_over_the_user_over_the_site_over_defaults() -> None:
    site = site_file('clerk = "site"\nstore_id = "S-SITE"\ncurrency = "CHF"\nauth = "aws"\n')
    user_file().write_text('clerk = "user"\nstore_id = "S-USER"\ncurrency = "EUR"\n')
    settings = load(environ={"REFUND_TUI_CLERK": "variable", "REFUND_TUI_STORE_ID": "S-VAR"}, clerk="flag")
    assert (settings.clerk, settings.store_id, settings.currency) == ("flag", "S-VAR", "EUR")
    assert (settings.auth, settings.refund_window_days) == ("aws", 7)
    sources = settings.sources
    assert (sources["clerk"], sources["store_id"]) == ("--clerk", "REFUND_TUI_STORE_ID")
    assert sources["currency"] == f"{user_file()}:3: currency"
    assert (sources["auth"], sources["refund_window_days"]) == (f"{site}:4: auth", "default")


def test_an_empty_variable_counts_as_unset() -> None:
    assert load('clerk = "user"', {"REFUND_TUI_CLERK": ""}).clerk == "user"


def test_a_named_file_stands_in_for_the_users_and_must_be_there(tmp_path: Path) -> None:
    site_file('currency = "CHF"\n')
    user_file().write_text('clerk = "user"\n')
    other = tmp_path / "other.toml"
    other.write_text('store_id = "S-1"\n')
    settings = load(config=str(other))
    assert (settings.store_id, settings.currency, settings.sources["clerk"]) == ("S-1", "CHF", "default")
    assert load(environ={"REFUND_TUI_CONFIG": str(other)}).store_id == "S-1"
    [line] = mistakes(config=str(tmp_path / "missing.toml"))
    assert line.startswith(f"{tmp_path / 'missing.toml'} cannot be read (No such file or directory)")


@pytest.mark.parametrize(
    ("given", "url", "endpoint", "environment"),
    [
        (AMAZON_TEST, AMAZON_TEST, "us-east-1.test.payments.amazonphysicalstores.com", "TEST"),
        (AMAZON + "/", AMAZON, "us-east-1.payments.amazonphysicalstores.com", "PRODUCTION"),
        (AMAZON + "/v1/", AMAZON, "us-east-1.payments.amazonphysicalstores.com", "PRODUCTION"),
        ("https://gateway.example/pay/v1", "https://gateway.example/pay", "gateway.example/pay", "PRODUCTION"),
        ("https://gateway.example:8443", "https://gateway.example:8443", "gateway.example:8443", "PRODUCTION"),
        ("HTTPS://Gateway.Example", "https://gateway.example", "gateway.example", "PRODUCTION"),
        ("http://127.0.0.1:8787", "http://127.0.0.1:8787", "127.0.0.1:8787", "TEST"),
        ("http://127.9.9.9", "http://127.9.9.9", "127.9.9.9:80", "TEST"),
        ("https://127.0.0.1", "https://127.0.0.1", "127.0.0.1:443", "TEST"),
        ("http://localhost:1/v1", "http://127.0.0.1:1", "127.0.0.1:1", "TEST"),
        ("https://LocalHost:1/v1", "https://localhost:1", "localhost:1", "TEST"),
        ("http://[::1]:80", "http://[::1]:80", "[::1]:80", "TEST"),
        ("http://[0:0:0:0:0:0:0:1]", "http://[0:0:0:0:0:0:0:1]", "[::1]:80", "TEST"),
    ],
)
def test_the_url_gives_the_endpoint_and_the_environment(given: str, url: str, endpoint: str, environment: str) -> None:
    settings = load(base_url=given)
    assert (settings.base_url, settings.service.endpoint, settings.environment) == (url, endpoint, environment)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://gateway.example", "https"),
        ("http://127.0.0.1.evil.example", "https"),
        ("http://localhost.evil.example", "https"),
        ("http://2130706433", "https"),
        ("ftp://127.0.0.1", "https"),
        ("gateway.example", "https"),
        ("https://", "names no host"),
        ("https://ana:hunter2@gateway.example", "secrets"),
        ("https://gateway.example?store=1", "? or #"),
        ("https://gateway.example/#top", "? or #"),
        ("https://gateway.example:0", "port"),
        ("https://gateway.example:70000", "port"),
        ("https://gateway.example:http", "port"),
        ("https://gateway.example:", "port"),
        ("https://[::1", "URL"),
        ("https://gate way.example", "character"),
        ("https://gateway.example\r\nX: 1", "character"),
        ("https://gatewäy.example", "character"),
    ],
)
def test_a_url_that_could_leak_or_go_astray_is_refused(url: str, says: str) -> None:
    [line] = mistakes(base_url=url)
    assert line.startswith("--base-url ")
    assert says in line
    assert "hunter2" not in line


def test_an_explicit_environment_wins_but_never_calls_production_a_test() -> None:
    assert load(base_url="http://127.0.0.1:1", environment="production").environment == "PRODUCTION"
    assert load(base_url="https://gateway.example", environment="TEST").environment == "TEST"
    [line] = mistakes(base_url=AMAZON, environment="TEST")
    assert "moves real money" in line
    [line] = mistakes(environment="DEMO")
    assert line == "--environment must be TEST or PRODUCTION"


MISTAKES = [
    ('clerc = "ana"', "{file}:1: clerc is not a setting: did you mean clerk?"),
    ('\nstore_id = "S"\n"store-id" = "S"', "{file}:3: store-id is not a setting: did you mean store_id?"),
    ("zzz = 1", "{file}:1: zzz is not a setting: remove it"),
    ("[bells]\nx = 1", "{file}:1: bells is not a setting: did you mean bell?"),
    ('aws_secret_access_key = "hunter2"', "{file}:1: aws_secret_access_key is not a setting: remove it"),
    ("store_id = 7", "{file}:1: store_id must be text in quotes"),
    ('shared = "yes"', "{file}:1: shared must be true or false"),
    ('refund_window_days = "7"', "{file}:1: refund_window_days must be a whole number"),
    ("refund_window_days = true", "{file}:1: refund_window_days must be a whole number"),
    ("refund_window_days = 0", "{file}:1: refund_window_days must be from 1 to 3650 days"),
    ("request_timeout = nan", "{file}:1: request_timeout must be a number"),
    ('confirm_above = "1e3"', "{file}:1: confirm_above must be an amount such as 100.00, or off"),
    ('confirm_above = "-1"', "{file}:1: confirm_above must be an amount such as 100.00, or off"),
    ('currency = "EURO"', "{file}:1: currency is not usable: a currency is three capital letters, such as EUR"),
    ('currency = "ZZZ"', "{file}:1: currency is not usable: ZZZ is not a currency of ISO 4217"),
    ('store_id = "a b"', "{file}:1: store_id is not usable: a space"),
    ('store_id = ""', "{file}:1: store_id is not usable: type the store id"),
    ('auth = "basic"', "{file}:1: auth must be none or aws"),
    ('timezone = "Berlin"', "{file}:1: timezone must be a time zone that this host knows, such as Europe/Berlin"),
    ('timezone = "../../etc/passwd"', "{file}:1: timezone must be a time zone"),
    ('ca_bundle = "/nowhere"', "{file}:1: ca_bundle is /nowhere, which cannot be read (No such file or directory)"),
    ('proxy = "http://ana:hunter2@proxy"', "{file}:1: proxy must not hold a name or a password"),
    ("keys = 1", "{file}:1: keys must be a table"),
    ("[keys]\nconfirm = 5", '{file}:2: keys.confirm must be text in quotes, such as "f9"'),
    ('clerk = "a\\u001b[31m"', "{file}:1: clerk must be a name"),
    ("clerk = ana", "{file}:1: is not TOML in UTF-8 (Invalid value (at line 1, column 9)): correct that line"),
    ("request_timeout = 601", "{file}:1: request_timeout must be from 1 to 600 seconds"),
    ('config = "other.toml"', "{file}:1: config is not a setting: remove it"),
    ("\nclerk = \"ana", "{file}:2: is not TOML in UTF-8 ("),
]  # fmt: skip


@pytest.mark.parametrize(("text", "says"), MISTAKES)
def test_a_mistake_in_a_file_is_told_with_file_and_line(text: str, says: str) -> None:
    [line] = mistakes(text)
    assert line.startswith(says.format(file=user_file()))
    assert "hunter2" not in line


LINES = [
    ("# a comment\n\nclerk = 7", 3, "clerk"),
    ('timezone = """Europe\nclerk = 7\n"""\nclerk = 7', 4, "clerk"),
    ('auth = "none"\n"clerk" = 7', 2, "clerk"),
    ("# a\u2028b\nclerk = 7", 2, "clerk"),
    ("bell = true\r\nclerk = 7\r\n", 2, "clerk"),
    ('[keys]\n"help" = "f9"\n"refund.submit" = ""', 3, "keys.refund.submit"),
    ('bell = true\n keys."refund.submit" = 1', 2, "keys.refund.submit"),
    ('bell = true\nkeys = { help = "f9", gate = 1 }', 2, "keys.gate"),
    ("bell = true\n[[keys]]\nhelp = 1", 2, "keys"),
    ("bell = true\n[keys.help]\nclerk = 1", 2, "keys.help"),
    ('bell = true\nclerk = "a"\nclerk = "b"\n', 3, "is not TOML"),
    ('bell = true\nclerk = """a\nshared = true\n', 2, "is not TOML"),
    ("bell = true\ntheme = [\n1,\n", 2, "is not TOML"),
    ("bell = true\nrefund_window_days = " + "9" * 5_000, 2, "is not TOML"),
]


@pytest.mark.parametrize(("text", "line", "what"), LINES)
def test_the_line_that_is_named_is_the_line_of_the_mistake(text: str, line: int, what: str) -> None:
    told = mistakes(text)
    assert any(one.startswith(f"{user_file()}:{line}: {what} ") for one in told), told


def test_the_line_is_right_where_the_text_is_not_utf_8(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(b'bell = true\n\nclerk = "Ren\xe9"\nshared = true\n')
    [line] = mistakes(config=str(tmp_path / "latin.toml"))
    assert line.startswith(f"{tmp_path / 'latin.toml'}:3: ")


def test_all_mistakes_are_told_at_once() -> None:
    lines = mistakes("clerc = 1\nbell = 1", {"REFUND_TUI_STOREID": "S"}, currency="euro")
    assert len(lines) == 4


def test_an_unknown_variable_is_a_mistake_with_the_nearest_spelling() -> None:
    [line] = mistakes(environ={"REFUND_TUI_BASE_URI": "x"})
    assert line == "REFUND_TUI_BASE_URI is not a setting: did you mean REFUND_TUI_BASE_URL?"


@pytest.mark.parametrize(
    ("variable", "value"),
    [("SHARED", "maybe"), ("REFUND_WINDOW_DAYS", "7.5"), ("REFUND_WINDOW_DAYS", "٧"), ("REQUEST_TIMEOUT", "1e3"),
     ("KEYS", "confirm"), ("DATA_DIR", "~nobody-of-that-name/x")],
)  # fmt: skip
def test_a_variable_that_cannot_be_read_is_a_mistake(variable: str, value: str) -> None:
    [line] = mistakes(environ={f"REFUND_TUI_{variable}": value})
    assert line.startswith(f"REFUND_TUI_{variable}")


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    [line] = mistakes(config=str(tmp_path))
    assert "cannot be read" in line
    (tmp_path / "latin.toml").write_bytes(b'clerk = "Ren\xe9"')
    [line] = mistakes(config=str(tmp_path / "latin.toml"))
    assert line.startswith(f"{tmp_path / 'latin.toml'}:1: is not TOML in UTF-8")


def test_values_come_out_as_they_are_used(tmp_path: Path) -> None:
    settings = load('shared = true\nconfirm_above = 12.5\nrequest_timeout = 2.5\n[keys]\nconfirm = "f9"')
    assert (settings.shared, settings.confirm_above, settings.request_timeout) == (True, Decimal("12.5"), 2.5)
    assert settings.keys == {"confirm": "f9"}
    variables = {"REFUND_TUI_SHARED": "no", "REFUND_TUI_CONFIRM_ABOVE": "off", "REFUND_TUI_KEYS": "a=f9, b=f8"}
    settings = load(environ=variables | {"REFUND_TUI_DATA_DIR": "~/refunds"})
    assert (settings.shared, settings.confirm_above, settings.keys) == (False, None, {"a": "f9", "b": "f8"})
    assert settings.data_dir == Path.home() / "refunds"
    assert load().data_dir == Path.home() / ".local/share/refund-tui"


def test_the_clerk_is_this_account_whatever_variables_say() -> None:
    assert load(environ={"SUDO_USER": "ana", "REFUND_TUI_CLERK": "ben"}).clerk == "ben"
    assert load().clerk == load(environ={"SUDO_USER": "ana", "LOGNAME": "ana", "USER": "ana"}).clerk != "ana"


def test_the_time_zone_is_the_hosts_unless_told() -> None:
    assert load(environ={"TZ": ":Asia/Tokyo"}).timezone == "Asia/Tokyo"
    assert load(environ={"TZ": "Asia/Tokyo"}, timezone="Europe/Berlin").zone.tzname(None) is None
    assert load(environ={"TZ": "CET-1CEST"}).timezone != "CET-1CEST"
