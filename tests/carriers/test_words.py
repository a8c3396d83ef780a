"""Words of SMSCs that no table knows: counted, shown, and put into the bind's map."""

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from carriers.models import UnknownWord
from carriers.services import words
from carriers.services.words import STATE, STATUS, word_take_as, words_write
from compliance.models import AuditEntry
from config.common.errors import InvalidError
from tests.factories import make_bind

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_noted():
    words._noted.clear()
    yield
    words._noted.clear()


def noted(bind, kind=STATE, word="BLOCKED", times=1):
    for _ in range(times):
        words.note(bind.pk, kind, word)
    words_write()
    return UnknownWord.objects.get(bind=bind, kind=kind, word=word[:40])


def test_words_are_counted_over_many_writings():
    bind = make_bind()
    first = noted(bind, times=3)
    again = noted(bind, times=2)
    assert (again.pk, again.count) == (first.pk, 5)
    assert again.first_at <= again.last_at
    assert words_write() == 0


def test_words_of_two_binds_and_kinds_are_kept_apart():
    one, other = make_bind(), make_bind()
    noted(one), noted(other), noted(one, STATUS, "0x00000432")
    assert UnknownWord.objects.count() == 3


def test_words_of_a_bind_that_is_gone_are_dropped():
    words.note(999_999, STATE, "LOST")
    assert words_write() == 1
    assert not UnknownWord.objects.exists()


def test_odd_words_are_cut_and_garbage_has_an_end(monkeypatch):
    monkeypatch.setattr(words, "_MOST_WAITING", 3)
    bind = make_bind()
    words.note(bind.pk, STATE, "X\0" + "Y" * 80)
    words_write()
    assert UnknownWord.objects.get().word == "X" + "Y" * 39
    for number in range(10):
        words.note(bind.pk, STATE, f"junk{number}")
    assert words_write() == 3


def test_what_could_not_be_written_is_kept_for_the_next_time(monkeypatch):
    bind = make_bind()
    words.note(bind.pk, STATE, "BLOCKED")
    with monkeypatch.context() as patch:
        patch.setattr(words, "_WRITE", "SELECT 1/0")
        with pytest.raises(DatabaseError), transaction.atomic():
            words_write()
    assert words_write() == 1


@pytest.mark.parametrize(
    ("kind", "word", "meaning", "field"),
    [
        (STATE, "BLOCKED", "rejected", "receipt_states"),
        (STATUS, "0x00000432", "temporary", "status_classes"),
    ],
)
def test_explained_word_stands_in_the_binds_map(kind, word, meaning, field):
    bind = make_bind(**{field: {"OTHER" if kind == STATE else "0x45": meaning}})
    word_take_as(word=noted(bind, kind, word), meaning=meaning, actor=None)
    bind.refresh_from_db()
    assert getattr(bind, field)[word] == meaning
    assert len(getattr(bind, field)) == 2
    entry = AuditEntry.objects.get(action="bind.word_explained")
    assert entry.subject == f"bind:{bind.pk}"


@pytest.mark.parametrize(("kind", "meaning"), [(STATE, "temporary"), (STATUS, "ok"), (STATUS, "")])
def test_other_meanings_are_refused(kind, meaning):
    with pytest.raises(InvalidError):
        word_take_as(word=noted(make_bind(), kind, "0x00000432"), meaning=meaning, actor=None)


def page(name, *args):
    return reverse(f"admin:carriers_unknownword_{name}", args=args)


def test_operator_finds_the_word_and_explains_it(world, browse):
    client, word = browse(world.olga), noted(make_bind())
    assert "BLOCKED" in client.get(page("changelist"), {"explained": "no"}).content.decode()
    assert "Rejected by the network" in client.get(page("explain", word.pk)).content.decode()
    client.post(page("explain", word.pk), {"meaning": "rejected"})
    word.refresh_from_db()
    assert (word.meaning, word.bind.receipt_states) == ("rejected", {"BLOCKED": "rejected"})
    shown = client.get(page("change", word.pk)).content.decode()
    assert "Rejected by the network" in shown
    assert "BLOCKED" not in client.get(
        page("changelist"), {"explained": "no"}
    ).content.decode().replace('value="BLOCKED"', "")


def test_others_neither_see_nor_explain_words(world, browse):
    word = noted(make_bind())
    client = browse(world.alice)
    assert client.get(page("changelist")).status_code == 403
    assert client.post(page("explain", word.pk), {"meaning": "rejected"}).status_code in {
        302,
        403,
        404,
    }
    word.refresh_from_db()
    assert word.meaning == ""
