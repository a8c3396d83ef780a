"""The link in a message and the page behind it."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from compliance.constants import SuppressionCause
from compliance.models import Advertiser, ConsentRecord, ConsentState, Program, Suppression
from compliance.services.consent import consent_record
from compliance.services.rules import rule_packs_load_shipped
from compliance.services.suppressions import suppression_add
from config.common.api.throttling import counter
from messaging.preferences.tokens import TOKEN_LENGTH, key_of, token_make, token_read
from messaging.selectors.snapshot import snapshots
from messaging.services.preferences import preference_address, preference_spec
from tests.factories import make_advertiser
from tests.messaging.hot import events
from tests.world import World

PHONE = "84981234567"
KEY, OLD = key_of("secret"), key_of("old secret")
MSISDNS = st.integers(10**6, 10**15 - 1).map(str)


@given(st.integers(1, 2**32 - 1), MSISDNS)
def test_token_says_what_it_was_made_of(advertiser_id: int, msisdn: str) -> None:
    token = token_make(KEY, advertiser_id, msisdn)
    assert (len(token), token.isalnum()) == (TOKEN_LENGTH, True)
    assert token_read([KEY], token) == (advertiser_id, msisdn)
    assert token_read([OLD, KEY], token) == (advertiser_id, msisdn)


@given(
    st.integers(1, 2**32 - 1), MSISDNS, st.integers(0, TOKEN_LENGTH - 1), st.sampled_from("0Az9")
)
def test_changed_token_is_none(advertiser_id: int, msisdn: str, at: int, other: str) -> None:
    token = token_make(KEY, advertiser_id, msisdn)
    changed = token[:at] + other + token[at + 1 :]
    assert (token_read([KEY], changed) is None) == (changed != token)


@given(st.text(max_size=30) | st.text("0123456789ABCxyz", min_size=22, max_size=22))
def test_other_texts_are_no_tokens(text: str) -> None:
    assert token_read([KEY, OLD], text) is None


def test_token_of_another_secret_is_none() -> None:
    assert token_read([KEY], token_make(OLD, 7, PHONE)) is None


@pytest.fixture
def brand(db: None, world: World) -> Advertiser:
    rule_packs_load_shipped(actor=None)
    snapshots.forget()
    counter.forget()
    cache.clear()
    consent_record(
        account=world.account, advertiser=world.advertiser, msisdn=PHONE, actor=None,
        purpose="marketing", action="granted", method="form",
    )  # fmt: skip
    return world.advertiser


def path(brand: Advertiser, msisdn: str = PHONE) -> str:
    return "/p/" + preference_address(brand, msisdn).rpartition("/")[2]


def page(brand: Advertiser, **query: str) -> str:
    return Client().get(path(brand), query).content.decode()


def press(brand: Advertiser, msisdn: str = PHONE, **button: str) -> Any:
    return Client().post(path(brand, msisdn), button)


def in_force() -> list[tuple[str, str, int | None]]:
    rows = Suppression.objects.filter(msisdn=PHONE, lifted_at=None)
    return list(rows.values_list("purpose", "source", "program"))


def test_address_is_as_long_as_wordings_reckon(brand):
    assert len(preference_address(brand, "1" * 15)) == preference_spec().max_length
    assert preference_address(brand, PHONE) == preference_address(brand, PHONE)


def test_page_names_the_brand_and_hides_the_number(brand):
    shown = page(brand)
    assert brand.name in shown
    assert "•••" in shown
    assert PHONE not in shown


def test_opening_changes_nothing(brand):
    client = Client()
    client.get(path(brand))
    client.head(path(brand))
    client.get(path(brand), {"stop": "all"})
    assert in_force() == []


def test_button_refuses_with_evidence_and_without_the_address(brand):
    press(brand, stop="marketing")
    assert in_force() == [("marketing", "link", None)]
    record = ConsentRecord.objects.latest("pk")
    assert (record.action, record.method) == ("revoked", "link")
    assert record.evidence["page"].startswith("preferences")
    assert "127.0.0.1" not in str(record.evidence)
    assert events(brand.account) == ["consent.revoked"]
    assert "Switch on" in page(brand)


def test_stop_everything_stops_every_purpose(brand):
    press(brand, stop="all")
    assert in_force() == [("all", "link", None)]
    assert "You get no messages from us any more" in page(brand)


def test_one_subject_is_switched_by_itself(brand):
    sale = Program.objects.create(
        account=brand.account, advertiser=brand, name="Flash sales", code="SALE"
    )
    assert "Flash sales" in page(brand)
    press(brand, stop=str(sale.pk))
    assert in_force() == [("marketing", "link", sale.pk)]
    press(brand, start=str(sale.pk))
    assert in_force() == []


def test_switching_on_again_is_consent_by_form(brand):
    press(brand, stop="all")
    press(brand, start="marketing")
    assert in_force() == []
    state = ConsentState.objects.get(msisdn=PHONE, purpose="marketing")
    assert (state.state, state.record.method) == ("granted", "form")


def test_what_an_officer_entered_is_not_switched_on_here(brand):
    suppression_add(
        account=brand.account, advertiser=brand, msisdn=PHONE, actor=None,
        purpose="marketing", source="console", cause=SuppressionCause.COMPLAINT,
    )  # fmt: skip
    assert "Switch on" not in page(brand)
    press(brand, start="marketing")
    assert in_force() == [("marketing", "console", None)]


def test_program_of_another_brand_is_no_line_of_the_page(brand):
    other = make_advertiser(brand.account)
    theirs = Program.objects.create(
        account=brand.account, advertiser=other, name="Other", code="OTHER"
    )
    assert press(brand, stop=str(theirs.pk)).status_code == 404
    assert in_force() == []


def test_bad_links_all_look_alike(brand):
    """A page tells nobody which numbers or advertisers there are."""
    good = path(brand)
    unknown = "/p/" + preference_address(10**9, PHONE).rpartition("/")[2]
    answers = [Client().get(one) for one in ("/p/abc", good[:-1], f"/p/{'0' * 22}", unknown)]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


def test_number_that_nobody_knows_has_the_same_page(brand):
    stranger = Client().get(path(brand, "84900000001"))
    assert stranger.status_code == 200
    assert brand.name in stranger.content.decode()


def test_page_keeps_its_address_to_itself(brand):
    answer = Client().get(path(brand))
    assert answer["Referrer-Policy"] == "same-origin"
    assert "noindex" in answer["X-Robots-Tag"]
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"]
    assert "http" not in answer.content.decode().replace("https://www.w3.org", "")


def test_forged_form_is_refused(brand):
    client = Client(enforce_csrf_checks=True)
    assert client.post(path(brand), {"stop": "all"}).status_code == 403
    assert in_force() == []


@pytest.mark.parametrize(("header", "language"), [("vi", "vi"), ("en-GB", "en"), ("fr", "en")])
def test_language_is_the_readers(brand, header, language):
    answer = Client().get(path(brand), headers={"accept-language": header})
    assert f'<html lang="{language}">' in answer.content.decode()


def test_language_can_be_switched(brand):
    assert '<html lang="vi">' in page(brand, lang="vi")
    assert '<html lang="en">' in page(brand, lang="xx")


def test_one_link_is_not_opened_without_end(brand):
    client = Client()
    codes = [client.get(path(brand)).status_code for _ in range(22)]
    assert (codes[0], codes[-1]) == (200, 429)
    assert client.get(path(brand, "84900000001")).status_code == 200


def test_one_address_does_not_try_links_without_end(brand):
    client = Client()
    codes = [client.get(f"/p/{number:022d}").status_code for number in range(62)]
    assert (codes[0], codes[-1]) == (404, 429)
