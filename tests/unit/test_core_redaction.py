"""What a redaction would remove."""

from __future__ import annotations

from refund_tui.core.redaction import RedactionCounts


def test_there_is_nothing_to_do_only_if_nothing_would_be_removed_or_ended() -> None:
    assert RedactionCounts().nothing
    assert RedactionCounts(altered=1, undated=1).nothing
    for counts in (
        RedactionCounts(refunds=1),
        RedactionCounts(drafts=1),
        RedactionCounts(trips=1),
        RedactionCounts(unfinished=True),
    ):
        assert not counts.nothing
