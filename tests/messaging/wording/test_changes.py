"""What changed between two wordings."""

from hypothesis import given
from hypothesis import strategies as st

from messaging.wording.changes import changes_between


def test_change_of_one_word_is_one_word() -> None:
    changes = changes_between("Sale ends 30/11, {name}", "Sale ends 31/12, {customer}")
    assert [(one.kind, one.text) for one in changes if one.kind != "same"] == [
        ("removed", "30"),
        ("added", "31"),
        ("removed", "11"),
        ("added", "12"),
        ("removed", "{name}"),
        ("added", "{customer}"),
    ]


@given(st.text(max_size=60), st.text(max_size=60))
def test_changes_rebuild_both_wordings(old: str, new: str) -> None:
    changes = changes_between(old, new)
    assert "".join(one.text for one in changes if one.kind != "removed") == new
    assert "".join(one.text for one in changes if one.kind != "added") == old
