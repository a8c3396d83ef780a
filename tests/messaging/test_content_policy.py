"""A policy says the same at review and before sending, and bites what waits within seconds."""

from typing import Any

import pytest
from django.db import connection

from compliance.services.content_rules import content_rule_switch
from config.common import clock
from messaging.models import Message
from messaging.pump.deciding import claims_sort
from messaging.selectors.findings import findings_of, is_blocked_everywhere, text_findings
from messaging.selectors.snapshot import snapshots
from messaging.selectors.trace import message_trace
from messaging.services.routing import unrouted_route
from tests.factories import make_account, make_content_rule, make_template_version
from tests.messaging.hot import Line, events, make_line, place, state

pytestmark = pytest.mark.django_db


@pytest.fixture
def line(db: None) -> Line:
    return make_line()


def sort(line: Line) -> list[Any]:
    """The last look at what may leave now."""
    line.claimer.rewind()
    claims = line.claim((0, 1, 2, 3))
    snapshots.forget()
    with connection.cursor() as cursor:
        return claims_sort(
            cursor, claims, snapshots.current(), line.holder, line.carrier.pk, clock.now()
        )


def route(line: Line, **values: Any) -> Message:
    """A message after its decision."""
    message = line.queued(values.pop("message_class", "care"), carrier=None, **values)
    Message.objects.filter(pk=message.pk).update(status="accepted")
    snapshots.forget()
    unrouted_route(limit=10)
    message.refresh_from_db()
    return message


def test_new_rule_blocks_what_is_queued(line: Line) -> None:
    message = line.queued(text="Vay tien nhanh")
    rule = make_content_rule(line.account)
    assert sort(line) == []
    assert (state(message), place(message)) == ("blocked content_rule", "nowhere")
    assert events(line.account) == ["message.blocked"]
    message.refresh_from_db()
    assert message.decision["findings"] == [f"content:{rule.pk}"]


def test_rule_that_is_switched_on_blocks_what_is_queued(line: Line) -> None:
    rule = make_content_rule(is_active=False)
    other = line.queued(text="Vay tien nhanh")
    assert [claim.id for claim in sort(line)] == [other.pk]
    message = line.queued(text="Vay tien nhanh")
    content_rule_switch(rule=rule, is_active=True, actor=None, reason="x")
    assert sort(line) == []
    assert state(message) == "blocked content_rule"


@pytest.mark.parametrize(
    ("change", "ends"),
    [
        ({}, "blocked content_rule"),
        ({"severity": "warn"}, "queued"),
        ({"country": "US"}, "queued"),
        ({"message_classes": ["marketing"]}, "queued"),
        ({"params": {"phrases": ["vayne"]}}, "queued"),
    ],
)
def test_rule_reaches_its_texts_only(line: Line, change: dict[str, Any], ends: str) -> None:
    make_content_rule(line.account, **change)
    assert state(route(line, text="Vay nhanh")) == ends


def test_rules_of_other_accounts_do_not_reach(line: Line) -> None:
    make_content_rule(make_account())
    assert state(route(line, text="Vay nhanh")) == "queued"


def test_warning_is_kept_with_the_message(line: Line) -> None:
    rule = make_content_rule(severity="warn")
    assert route(line, text="Vay").decision["findings"] == [f"content:{rule.pk}"]


def test_brand_is_the_advertisers(line: Line) -> None:
    make_content_rule(kind="brand_required", params={})
    name = line.sender.advertiser.name
    assert state(route(line, text=f"{name.upper()}: ma 1")) == "queued"
    assert state(route(line, text="Ma 1")) == "blocked content_rule"


def test_own_count_of_segments_decides(line: Line) -> None:
    make_content_rule(kind="segment_count", params={"most": 1})
    assert state(route(line, text="a", segment_count=1)) == "queued"
    assert state(route(line, text="a", segment_count=2)) == "blocked content_rule"


URL = {"name": "page", "type": "url", "max_length": 40, "example": "https://shop.vn/a"}


def test_link_in_a_value_is_judged_in_the_message(line: Line) -> None:
    make_content_rule(kind="link_shorteners", params={})
    version = make_template_version(
        line.account, advertiser=line.sender.advertiser, body="Xem {page}", slots=[URL]
    )
    texts = ("Xem https://shop.vn/a", "Xem https://bit.ly/a")
    made = [route(line, text=text, template_version=version) for text in texts]
    assert [state(message) for message in made] == ["queued", "blocked content_rule"]


def test_values_that_are_no_links_are_not_judged(line: Line) -> None:
    """The template was approved; what a rule says about it is the same for everybody."""
    make_content_rule(params={"phrases": ["An"]})
    version = make_template_version(
        line.account,
        advertiser=line.sender.advertiser,
        body="Chao {name}",
        slots=[{"name": "name", "max_length": 20, "example": "Ha"}],
    )
    assert state(route(line, text="Chao An", template_version=version)) == "queued"


def test_review_says_what_sending_does(line: Line) -> None:
    """Invariant 12."""
    rule = make_content_rule(line.account, message_classes=["care"])
    version = make_template_version(
        line.account, advertiser=line.sender.advertiser, body="Vay nhanh"
    )
    (found,) = findings_of(version)
    assert [one.rule_id for one in found.findings] == [f"content:{rule.pk}"]
    assert found.findings[0].citation == rule.name
    assert is_blocked_everywhere((found,))
    assert state(route(line, text="Vay nhanh", template_version=version)) == "blocked content_rule"


def test_every_language_of_a_version_is_judged(line: Line) -> None:
    make_content_rule(line.account, params={"phrases": ["loan"]})
    version = make_template_version(
        line.account,
        advertiser=line.sender.advertiser,
        body="Chao ban",
        variants=[{"language": "en", "body": "A loan for you", "rewriting": "none"}],
    )
    assert is_blocked_everywhere(findings_of(version))
    assert state(route(line, text="Chao ban", template_version=version)) == "blocked content_rule"


def test_longest_case_of_a_template_is_judged_at_review(line: Line) -> None:
    make_content_rule(kind="segment_count", params={"most": 1})
    slots = [{"name": "name", "max_length": 30, "charset": "ascii", "example": "An"}]
    for body, is_blocked in (("{name}" + "x" * 120, True), ("Chao {name}", False)):
        version = make_template_version(
            line.account, advertiser=line.sender.advertiser, body=body, slots=slots
        )
        assert is_blocked_everywhere(findings_of(version)) is is_blocked


def test_text_at_hand_is_judged_without_a_version(line: Line) -> None:
    make_content_rule(line.account)
    (found,) = text_findings(line.account, "Vay nhanh", "care")
    assert found.is_blocked


def test_trace_names_the_rule_to_the_account_only(line: Line) -> None:
    rule = make_content_rule(line.account, name="No loans")
    message = route(line, text="Vay nhanh")
    for for_operator, citation in ((False, "No loans"), (True, "")):
        found = message_trace(message, for_operator=for_operator, with_deliveries=False)
        assert found.decision is not None
        assert [(one.rule_id, one.citation) for one in found.decision.rules] == [
            (f"content:{rule.pk}", citation)
        ]
