"""The error of a wrong fault script names the place and the nearest valid word."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from refund_tui.sandbox import ScriptError, load_script, parse_script


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ({"stauts": 500}, 'refund step 2: unknown key "stauts": did you mean "status"?'),
        ({"retry_after": "3"}, 'unknown key "retry_after": did you mean "retryAfter"?'),
        ({"status": "500"}, 'refund step 2, key "status": "500" is not a status from 200 to 599'),
        ({"status": 99}, "99 is not a status"),
        ({"status": True}, "true is not a status"),
        ({"status": 429, "retryAfter": 3}, 'key "retryAfter": 3 is not one line of text in quotes'),
        ({"status": 429, "retryAfter": "3\r\nX: y"}, 'key "retryAfter"'),
        ({"status": 503, "retryAfter": ["1", "2"]}, "a 503 has one"),
        ({"drop": "twice"}, '"twice" is not known: it can be "before", "after"'),
        ({"drop": "befor"}, 'did you mean "before"?'),
        ({"cut": "header"}, 'did you mean "headers"?'),
        ({"garbage": "gz"}, 'key "garbage"'),
        ({"shape": "no_id"}, 'did you mean "no-id"?'),
        ({"delay": "3"}, '"3" is not a number of seconds'),
        ({"delay": -1}, "-1 is negative"),
        ({"delay": float("nan")}, "NaN is not a number of seconds"),
        ({"drip": True}, "true is not a number of seconds"),
        ({"hang": "yes"}, '"yes" is neither true nor false'),
        ({"execute": 1}, "1 is neither true nor false"),
        ({"repeat": 0}, '0 is neither a count from 1 nor "forever"'),
        ({"repeat": "always"}, 'nor "forever"'),
        ({"headers": ["X"]}, 'key "headers": it is not an object'),
        ({"headers": {"Content-Length": "3"}}, '"Content-Length" is set by the server'),
        ({"headers": {"X Y": "3"}}, "is not a header's name"),
        ({"headers": {"X": "a\nb"}}, 'key "headers"'),
        ({"redirect": "elsewhere"}, "neither a URL nor a path"),
        ({"redirect": "/x", "status": 200}, 'needs a "status" from 300 to 399'),
        ({"shape": "empty", "status": 500}, '"shape" is for a 200'),
        ({"drop": "before", "execute": True}, '"drop": "before" and "execute": true contradict'),
        ({"drop": "after", "execute": False}, '"drop": "after" and "execute": false contradict'),
        ({"drop": "after", "hang": True}, '"drop" and "hang" exclude each other'),
        ({"cut": "body", "drip": 1}, '"cut" and "drip" exclude each other'),
        ({"garbage": "html", "body": "x"}, '"body" and "garbage" exclude each other'),
        (500, "refund step 2 is not an object"),
    ],
)
def test_a_wrong_step_is_named_with_its_number_and_key(step: Any, message: str) -> None:
    with pytest.raises(ScriptError, match=re.escape(message)) as caught:
        parse_script({"refund": [{"status": 500}, step]})
    assert "refund step 2" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ([], "it is not an object"),
        ({"refunds": []}, 'unknown operation "refunds": did you mean "refund"?'),
        ({"refund": {"status": 500}}, "refund is not a list of steps"),
        ({"transactional-data": [{"x": 1}]}, 'transactional-data step 1: unknown key "x"'),
    ],
)
def test_a_wrong_script_is_told(script: Any, message: str) -> None:
    with pytest.raises(ScriptError, match=re.escape(message)):
        parse_script(script)


def test_a_script_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    script = tmp_path / "faults.json"
    with pytest.raises(ScriptError, match=r"cannot read the script .*faults\.json: No such file"):
        load_script(script)
    script.write_text('{"refund": [')
    with pytest.raises(ScriptError, match=r"faults\.json is not JSON"):
        load_script(script)
    script.write_text('{"refund": [{"statu": 500}]}')
    with pytest.raises(ScriptError, match=r'faults\.json: refund step 1: unknown key "statu"'):
        load_script(script)
    script.write_text('{"refund": [{"status": 500}], "transactional-data": []}')
    assert load_script(script).refund[0].status == 500
