"""What was approved is what an operator gets, and nothing after it is withdrawn."""

from collections import defaultdict

import pytest

from campaigns.models import Campaign
from carriers.simulator.journal import JournalRecord
from messaging.encoding.inbound import decode_inbound
from messaging.encoding.udh import parse_udh
from messaging.models import Message, TemplateVersion
from messaging.services.templates import (
    template_create,
    version_approve,
    version_create,
    version_submit,
    version_withdraw,
)
from tests.acceptance.running import Platform
from tests.acceptance.scene import Scene, finished, left, make_scene, numbers, progress, route
from tests.factories import make_member

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(900)]

SLOW, FAST = "85293", "85294"
SLOW_RATE = 5
UDHI = 0x40  # esm_class (SMPP 3.4 §5.2.12)
BODY = "Acme: chào {name}!\nMã {{quà}} của bạn: {code}\nGiảm 50% – hôm nay.\nTừ chối: STOP"
SENT = "Acme: chào Mai!\nMã {quà} của bạn: MAI-7\nGiảm 50% – hôm nay.\nTừ chối: STOP"
PLAIN = "Acme: chao Mai!\nMa {qua} cua ban: MAI-7\nGiam 50% - hom nay.\nTu choi: STOP"
ENGLISH = "Acme: hello {name}!\nYour {{gift}} code: {code}\nReply STOP to opt out."
ENGLISH_SENT = "Acme: hello Mai!\nYour {gift} code: MAI-7\nReply STOP to opt out."
SLOTS = [
    {"name": "name", "type": "name", "max_length": 30, "example": "Mai"},
    {"name": "code", "type": "code", "max_length": 8, "charset": "any", "example": "MAI-7"},
]


@pytest.fixture(scope="module")
def scene(platform: Platform) -> Scene:
    route("intl", SLOW, throughput=SLOW_RATE)
    route("viettel", FAST)
    made = make_scene(platform)
    platform.start("valkey", "simulator", "worker", "campaigns", "carriers", "beat")
    platform.wait_bound("viettel-1", "intl-1")
    return made


def approved(scene: Scene, **wording: object) -> TemplateVersion:
    """A version on its whole way: written, handed in, and approved by another person."""
    author = make_member("marketer", scene.account)
    reviewer = make_member("officer", scene.account)
    template = template_create(
        account=scene.account,
        advertiser=scene.sender.advertiser,
        name=f"Gift {author.pk}",
        slug=f"gift-{author.pk}",
        message_class="marketing",
        language="vi",
        actor=author,
    )
    version = version_create(template=template, author=author, slots=SLOTS, body=BODY, **wording)
    version_submit(version=version, actor=author)
    return version_approve(version=version, reviewer=reviewer)


def texts(platform: Platform, msisdns: list[str]) -> dict[str, str]:
    """What each phone shows, put together from what the operators were handed."""
    parts: dict[str, dict[int, tuple[bytes, int]]] = defaultdict(dict)
    for record in platform.records():
        if record.destination in msisdns and record.status == 0:
            number, octets = _part(record)
            parts[record.destination][number] = octets, record.data_coding
    return {
        msisdn: decode_inbound(
            b"".join(octets for _number, (octets, _coding) in sorted(found.items())),
            found[1][1],
        )
        for msisdn, found in parts.items()
    }


def _part(record: JournalRecord) -> tuple[int, bytes]:
    if not record.esm_class & UDHI:
        return 1, record.octets
    header = parse_udh(record.octets)
    assert header is not None
    return header.number, record.octets[header.header_length :]


@pytest.mark.parametrize(
    ("rewriting", "expected"), [("none", SENT), ("unmarked", PLAIN)], ids=["marked", "unmarked"]
)
def test_campaign_sends_exactly_what_was_approved(
    scene: Scene, platform: Platform, rewriting: str, expected: str
) -> None:
    """Newlines, braces, marks and dashes too; with the letters that the author chose."""
    msisdns = numbers(3, FAST)
    campaign = scene.campaign(
        msisdns,
        template_version=approved(scene, rewriting=rewriting),
        values={"name": {"attribute": "name"}, "code": {"fixed": "MAI-7"}},
    )
    platform.wait_until(lambda: finished(campaign), 40, lambda: progress(campaign))
    assert texts(platform, msisdns) == dict.fromkeys(msisdns, expected)
    stored = Message.objects.filter(campaign_id=campaign.pk).values_list("text", flat=True)
    assert set(stored) == {expected}


def test_each_contact_gets_the_text_in_their_language(scene: Scene, platform: Platform) -> None:
    vietnamese, english, plain = numbers(3, FAST)
    version = approved(
        scene,
        variants=[
            {"language": "en", "body": ENGLISH, "rewriting": "none"},
            {"language": "vi-x-plain", "body": BODY, "rewriting": "unmarked"},
        ],
    )
    languages = {vietnamese: "", english: "en", plain: "vi-x-plain"}
    campaign = scene.campaign(
        list(languages),
        languages=languages,
        template_version=version,
        values={"name": {"attribute": "name"}, "code": {"fixed": "MAI-7"}},
    )
    platform.wait_until(lambda: finished(campaign), 40, lambda: progress(campaign))
    assert texts(platform, list(languages)) == {
        vietnamese: SENT,
        english: ENGLISH_SENT,
        plain: PLAIN,
    }


def test_withdrawal_in_the_middle_of_a_campaign_stops_the_rest(
    scene: Scene, platform: Platform
) -> None:
    """Within seconds, and it says how many."""
    version = approved(scene)
    people = numbers(60, SLOW)
    campaign = scene.campaign(
        people,
        template_version=version,
        values={"name": {"attribute": "name"}, "code": {"fixed": "MAI-7"}},
    )
    platform.wait_until(lambda: left(platform, campaign) >= 5, 40, lambda: progress(campaign))
    reviewer = make_member("officer", scene.account)
    stopped = version_withdraw(version=version, actor=reviewer, comment="Wrong price").stopped
    platform.wait_until(lambda: finished(campaign), 20, lambda: progress(campaign))
    taken = platform.report().taken
    sent = sum(1 for msisdn in people if taken[msisdn])
    assert 0 < sent < len(people) / 2
    assert 0 < stopped <= len(people) - sent + 1  # one may have been on its way
    states = _states(campaign)
    assert states["blocked template_withdrawn"] == len(people) - sent
    assert sum(states.values()) == len(people)


def _states(campaign: Campaign) -> dict[str, int]:
    counts: dict[str, int] = defaultdict(int)
    for status, reason in Message.objects.filter(campaign_id=campaign.pk).values_list(
        "status", "failure_reason"
    ):
        counts[f"{status} {reason}".strip()] += 1
    return counts
