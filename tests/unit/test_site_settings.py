"""The site's file locks settings and names the clerks of accounts. Nothing else can, and the file must be safe."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from refund_tui.errors import ConfigError
from refund_tui.host import clerk, paths
from refund_tui.host.actor import account_of
from refund_tui.host.trust import changeable
from refund_tui.settings.load import Settings, load_settings

ME = account_of(os.getuid())


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the site's file, which is this account's, as the program is."""
    monkeypatch.setattr(paths, "SITE", tmp_path / "xdg")
    monkeypatch.setattr(clerk, "login_uid", lambda: None)
    folder = tmp_path / "xdg" / "refund-tui"
    folder.mkdir(parents=True)
    for each in (folder, folder.parent):
        each.chmod(0o755)  # whatever the umask of the tests is
    return folder


def write(site: Path, text: str) -> Path:
    file = site / "config.toml"
    file.write_text(text)
    file.chmod(0o644)
    return file


def mistakes(environ: Mapping[str, str] = MappingProxyType({}), /, **flags: object) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        load_settings(flags, environ)
    return str(raised.value).splitlines()


def users_file(text: str) -> Path:
    file = Path.home() / ".config" / "refund-tui" / "config.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


@pytest.mark.parametrize(
    ("name", "line", "flag", "value"),
    [
        ("confirm_above", 'confirm_above = "50.00"', "500.00", "50.00"),
        ("refund_window_days", "refund_window_days = 7", "3650", "7"),
        ("key_horizon_hours", "key_horizon_hours = 24", "8760", "24"),
        ("store_id", 'store_id = "STORE-001"', "STORE-002", "STORE-001"),
        ("environment", 'environment = "PRODUCTION"', "TEST", "PRODUCTION"),
        ("base_url", 'base_url = "https://gateway.example"', "https://evil.example", "https://gateway.example"),
        ("data_dir", 'data_dir = "/srv/refunds"', "/tmp/mine", "/srv/refunds"),
        ("proxy", "", "http://127.0.0.1:1", "None"),
        ("ca_bundle", "", "/etc/passwd", "None"),
        ("clerk", 'clerk = "store"', "ana", "store"),
        ("config", "", "/dev/null", "None"),
        ("mark_dir", 'mark_dir = "/srv/marks"', "/tmp/marks", "/srv/marks"),
        ("timezone", 'timezone = "Europe/Berlin"', "Asia/Tokyo", "Europe/Berlin"),
    ],
)
def test_any_setting_can_be_locked(site: Path, name: str, line: str, flag: str, value: str) -> None:
    file = write(site, f'{line}\nlocked = ["{name}"]\n')
    settings = load_settings({}, {"TZ": "Asia/Tokyo", "XDG_DATA_HOME": "/tmp", "HOME": "/tmp"})
    assert str(getattr(settings, name)) == value
    option, variable = "--" + name.replace("_", "-"), f"REFUND_TUI_{name.upper()}"
    told = f"is locked by {file}:2: remove it; only the operator changes {name}, in that file"
    assert mistakes(**{name: flag}) == [f"{option} {told}"]
    assert mistakes({variable: flag}) == [f"{variable} {told}"]


def test_a_users_file_that_sets_what_is_locked_is_named_with_its_line(site: Path, tmp_path: Path) -> None:
    file = write(site, 'locked = ["confirm_above"]\n')
    mine = users_file('bell = true\nconfirm_above = "off"\n')
    [line] = mistakes()
    assert line.startswith(f"{mine}:2: confirm_above is locked by {file}:1: remove it")
    other = tmp_path / "other.toml"
    other.write_text('confirm_above = "off"\n')
    [line] = mistakes(config=str(other))
    assert line.startswith(f"{other}:1: confirm_above is locked by ")


def test_each_place_that_tries_is_named_at_once(site: Path) -> None:
    write(site, 'locked = ["confirm_above", "refund_window_days"]\n')
    users_file('confirm_above = "off"\n')
    assert len(mistakes({"REFUND_TUI_CONFIRM_ABOVE": "off"}, confirm_above="off", refund_window_days="9")) == 4


def test_the_folder_that_a_variable_names_is_not_the_sites(site: Path, own_home: Path) -> None:
    write(site, 'confirm_above = "50.00"\nlocked = ["confirm_above"]\n')
    other = own_home / "site" / "refund-tui" / "config.toml"
    other.parent.mkdir(parents=True)
    other.write_text('confirm_above = "off"\n')
    [line] = mistakes()
    assert line.startswith(f"{other}:1: confirm_above is locked by {site}")
    other.write_text(f'locked = []\naccounts = {{"{ME}" = ["ben"]}}\n')
    told = mistakes()
    assert [line.partition(" is ")[0] for line in told] == [f"{other}:1: locked", f"{other}:2: accounts"]
    assert all(f"accepted only in {site / 'config.toml'}" in line for line in told)


def test_a_variable_that_names_the_sites_folder_in_other_words_changes_nothing(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(site, 'confirm_above = "50.00"\nlocked = ["confirm_above"]\n')
    (tmp_path / "link").symlink_to(site.parent)
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(tmp_path / "link"))
    assert str(load_settings({}, {}).confirm_above) == "50.00"


def test_a_loop_of_links_in_its_place_is_told(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(tmp_path / "loop"))
    [line] = mistakes()
    assert line.startswith(f"{tmp_path}/loop/refund-tui/config.toml cannot be read (")


@pytest.mark.parametrize("name", ["locked", "accounts"])
def test_what_only_the_site_may_say_is_refused_elsewhere(site: Path, name: str) -> None:
    variable = f"REFUND_TUI_{name.upper()}"
    assert mistakes({variable: "x"}) == [f"{variable} is accepted only in {site / 'config.toml'}: remove it here"]
    mine = users_file({"locked": 'locked = ["bell"]', "accounts": '[accounts]\nana = ["ana"]'}[name])
    [line] = mistakes()
    assert line == f"{mine}:1: {name} is accepted only in {site / 'config.toml'}: remove it here"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('locked = ["confirm_abov"]', "names confirm_abov, which is not a setting: did you mean confirm_above?"),
        ('locked = "confirm_above"', "must be a list of texts"),
        ("locked = [1]", "names 1, which is not a setting"),
        ('locked = ["data_dir"]', "which then follows variables: set it here too"),
        ('locked = ["timezone"]', "which then follows variables: set it here too"),
        ('locked = ["data_dir"]\ndata_dir = "~/refunds"', "data_dir is locked: write its whole path"),
        ('locked = ["data_dir"]\ndata_dir = "refunds"', "data_dir is locked: write its whole path"),
        ('accounts = ["ana"]', "must be a table of lists of names"),
        ('[accounts]\nana = "ana"', 'accounts.ana must be a list of names, such as ["ana"]'),
        ("[accounts]\nana = []", "accounts.ana must be a list of names"),
        ("[accounts]", "accounts must name at least one account"),
        ('[accounts]\nana = ["a\\u001b"]', "must be a name of 1 to 64 visible characters"),
    ],
)
def test_a_mistake_in_what_the_site_says_is_told(site: Path, text: str, says: str) -> None:
    write(site, text)
    [line] = mistakes()
    assert line.startswith(f"{site / 'config.toml'}:")
    assert says in line


@pytest.mark.parametrize("text", ['locked = ["confirm_above"]\n', f'[accounts]\n"{ME}" = ["ana"]\n'])
@pytest.mark.parametrize("what", ["file", "folder"])
@pytest.mark.parametrize(("mode", "whom"), [(0o020, "its group"), (0o002, "everybody")])
def test_a_file_that_others_can_write_is_not_believed(site: Path, text: str, what: str, mode: int, whom: str) -> None:
    file = write(site, text)
    loose = file if what == "file" else site
    loose.chmod(loose.stat().st_mode | mode)
    [line] = mistakes(clerk="ana")
    name = text.strip("[").split("]")[0].split()[0]
    assert line.startswith(f"{file}:1: {name} is not accepted, because {loose} can be written by {whom}; nothing was")
    assert "chown root, chmod go-w" in line


def test_a_file_without_rules_is_read_whoever_can_write_it(site: Path) -> None:
    write(site, 'currency = "EUR"\n').chmod(0o666)
    assert load_settings({}, {}).currency == "EUR"


def test_a_link_is_believed_only_where_its_target_is(site: Path, tmp_path: Path) -> None:
    loose = tmp_path / "loose"
    loose.mkdir()
    loose.chmod(0o755)
    write(loose, 'locked = ["confirm_above"]\n')
    (site / "config.toml").symlink_to(loose / "config.toml")
    assert changeable(site / "config.toml") is None
    loose.chmod(0o777)
    assert changeable(site / "config.toml") == f"{loose} can be written by everybody"


def accounts(site: Path, *names: str, account: str = ME) -> None:
    write(site, f'[accounts]\n"{account}" = {json.dumps(names)}\n')


def test_without_the_table_an_account_may_use_any_name(site: Path) -> None:
    settings = load_settings({"clerk": "anybody"}, {})
    settings.require_clerk()
    assert settings.clerk == "anybody"


def test_a_name_that_the_account_may_use_is_taken(site: Path) -> None:
    accounts(site, "ana", "ben")
    assert load_settings({"clerk": "ben"}, {}).clerk == "ben"


def test_a_name_that_it_may_not_use_is_refused_wherever_it_was_set(site: Path) -> None:
    accounts(site, "ana", "ben")
    mine = users_file("")
    for flags, environ, text, place in (
        ({"clerk": "eve"}, {}, "", "--clerk"),
        ({}, {"REFUND_TUI_CLERK": "eve"}, "", "REFUND_TUI_CLERK"),
        ({}, {}, 'clerk = "eve"', f"{mine}:1: clerk"),
    ):
        users_file(text)
        [line] = mistakes(environ, **flags)
        assert line.startswith(f"the account {ME} may work here as ana or ben, not as eve ({place}) ({site}")
        assert "--clerk" in line
        assert "no money moved" in line


@pytest.mark.parametrize("forged", ["SUDO_USER", "LOGNAME", "USER"])
def test_no_variable_makes_it_another_account(site: Path, forged: str) -> None:
    accounts(site, "eve", account="ana")
    [line] = mistakes({forged: "ana"}, clerk="eve")
    assert line.startswith(f"the account {ME} may not work here as any clerk")
    with pytest.raises(ConfigError, match="as any clerk"):
        load_settings({}, {forged: "ana"}).require_clerk()


def test_the_only_name_of_an_account_is_its_default(site: Path) -> None:
    accounts(site, "ana")
    assert load_settings({}, {}).clerk == "ana"
    accounts(site, "ana", "ben")
    with pytest.raises(ConfigError, match=r"may work here as ana or ben .*: name one of these with --clerk"):
        load_settings({}, {}).require_clerk()
    accounts(site, "ana", ME)
    assert load_settings({}, {}).clerk == ME


def test_the_login_behind_an_account_can_only_take_names_away(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(site, f'[accounts]\n"{ME}" = ["ana", "ben"]\n"uid 47119" = ["ben", "eve"]\n')

    def with_login(name: str) -> Settings:
        monkeypatch.setattr(clerk, "login_uid", lambda: 47_119)
        return load_settings({"clerk": name}, {})

    assert with_login("ben").clerk == "ben"
    for name in ("ana", "eve"):
        with pytest.raises(ConfigError, match=f"{ME} with the login uid 47119 may work here as ben, not as {name}"):
            with_login(name)


def test_who_ran_sudo_is_believed_only_where_the_kernel_says_the_same(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_settings({}, {"SUDO_USER": "ana"}).clerk == ME
    monkeypatch.setattr(clerk, "login_uid", lambda: 47_119)
    assert load_settings({}, {"SUDO_USER": "ana"}).clerk == ME
    assert load_settings({}, {"SUDO_USER": "uid 47119"}).clerk == "uid 47119"


KIOSK = 'kiosk = true\ndata_dir = "/srv/refunds"\n'


def test_in_a_kiosk_only_the_command_line_and_the_sites_file_count(site: Path, tmp_path: Path) -> None:
    file = write(site, KIOSK + 'store_id = "STORE-001"\n')
    settings = load_settings({"clerk": "ana"}, {"TZ": "Asia/Tokyo", "XDG_DATA_HOME": "/tmp", "HOME": "/tmp"})
    assert (settings.kiosk, settings.clerk, str(settings.data_dir)) == (True, "ana", "/srv/refunds")
    assert settings.timezone == load_settings({}, {}).timezone != "Asia/Tokyo"
    told = f"does not count in a kiosk ({file}:1): remove it; only that file and flags of the command count"
    assert mistakes({"REFUND_TUI_DATA_DIR": "/tmp/mine"}) == [f"REFUND_TUI_DATA_DIR {told}"]
    assert mistakes({"REFUND_TUI_THEME": "dark"}, clerk="ana") == [f"REFUND_TUI_THEME {told}"]
    own = tmp_path / "own.toml"
    own.write_text('data_dir = "/tmp/mine"\n')
    assert mistakes(config=str(own)) == [f"{own}:1: data_dir {told}"]
    assert mistakes({"REFUND_TUI_CONFIG": str(own)}) == [f"REFUND_TUI_CONFIG {told}", f"{own}:1: data_dir {told}"]


def test_in_a_kiosk_no_file_of_a_user_counts(site: Path) -> None:
    write(site, KIOSK)
    own = users_file('base_url = "https://evil.example"\n')
    assert mistakes()[0].startswith(f"{own}:1: base_url does not count in a kiosk")


def test_a_kiosk_must_name_its_data_folder(site: Path) -> None:
    file = write(site, "kiosk = true\n")
    assert mistakes() == [f"{file}:1: a kiosk needs data_dir, which follows variables else: set it here too"]


def test_only_the_sites_file_makes_a_kiosk_and_nothing_ends_it(site: Path) -> None:
    file = write(site, KIOSK)
    assert mistakes({"REFUND_TUI_KIOSK": "no"})[0] == f"REFUND_TUI_KIOSK is accepted only in {file}: remove it here"
    assert mistakes(kiosk="no") == [f"--kiosk is accepted only in {file}: remove it here"]
    file.chmod(0o666)
    assert "kiosk is not accepted, because" in mistakes()[0]


def test_files_go_to_the_home_folder_unless_the_operator_says_otherwise(site: Path) -> None:
    assert load_settings({}, {}).export_folder == Path.home()
    assert load_settings({"export_dir": "/srv/files"}, {}).export_folder == Path("/srv/files")
    write(site, KIOSK)
    assert load_settings({}, {}).export_folder is None
    write(site, KIOSK + 'export_dir = "/srv/files"\n')
    assert load_settings({}, {}).export_folder == Path("/srv/files")
