"""The page of reports, for people of an account and for operators."""

import re
from html import unescape

import pytest
from django.urls import reverse

from config.common import clock
from messaging.services.reports import traffic_count
from tests.factories import make_message, make_network, make_sender, make_template_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def page():
    return reverse("admin:messaging_message_reports")


def shown(client, page, **query):
    answer = client.get(page, query)
    assert answer.status_code == 200
    return answer.content.decode()


def cells(html):
    """Text of the table's cells, line by line."""
    lines = re.findall(r"<tr[^>]*>(.*?)</tr>", html.split("<tbody>")[1], re.DOTALL)
    return [
        [unescape(re.sub(r"<[^>]+>", "", one)).strip() for one in re.findall(r"<td.*?</td>", line)]
        for line in lines
    ]


@pytest.fixture
def traffic(world):
    sender = make_sender(world.account, address="53849")
    network = make_network("viettel")
    version = make_template_version(world.account, advertiser=world.advertiser)
    values = {"sender": sender, "price_micros": 350_000_000, "charge_terms": 0}
    make_message(
        world.account, network=network, template_version=version, status="sent",
        sent_at=clock.now(), **values,
    )  # fmt: skip
    make_message(world.account, status="blocked", **values)
    make_message(world.other_account)
    traffic_count()
    return sender


def test_a_day_with_its_counts_and_price(world, browse, page, traffic):
    html = shown(browse(world.alice), page)
    day, together = cells(html)
    assert day[2:5] == together[2:5] == ["2", "1", "0"]
    assert together[-1] == "350"
    assert "Price, VND" in html
    assert "Counted until" in html


def test_each_line_leads_to_its_messages(world, browse, page, traffic):
    client = browse(world.alice)
    for by in ("day", "hour", "network", "sender", "template", "campaign", "class", "country"):
        html = shown(client, page, by=by)
        links = re.findall(r'href="([^"]*messaging/message/\?[^"]*)"', html)
        found = [client.get(unescape(one)) for one in links]
        assert [one.status_code for one in found] == [200] * len(links)
        counts = [int(line[2]) for line in cells(html)[:-1]]
        assert [len(one.context["cl"].result_list) for one in found] == counts, by


def test_a_stranger_sees_only_their_own(world, browse, page, traffic):
    html = shown(browse(world.charlie), page, sender=traffic.pk)
    assert "53849" not in html
    html = shown(browse(world.charlie), page)
    assert cells(html)[-1][2] == "1"
    assert "Sao Mai Retail" not in html


def test_of_another_account_nothing_is_asked(world, browse, page, traffic):
    html = shown(browse(world.charlie), page, account=world.account.pk)
    assert cells(html)[-1][2] == "1"


def test_operators_count_every_account_without_prices(world, browse, page, traffic):
    html = shown(browse(world.olga), page)
    assert cells(html)[-1][2] == "3"
    assert "VND" not in html
    html = shown(browse(world.olga), page, account=world.account.pk, by="network")
    assert cells(html)[-1][2] == "2"
    assert "VND" not in html


@pytest.mark.parametrize("name", ["alice", "bob", "ines", "olga"])
def test_who_finds_it_in_the_sidebar(world, browse, page, name):
    assert (
        f'href="{page}"'
        in browse(getattr(world, name)).get(reverse("admin:index")).content.decode()
    )


def test_administrators_have_no_such_page(world, browse, page):
    assert browse(world.ada).get(page).status_code in (403, 404)


def test_the_file_is_what_the_page_shows(world, browse, page, traffic):
    answer = browse(world.alice).get(page, {"by": "sender", "format": "csv"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    head, line = text.splitlines()
    assert head.startswith("sender,accepted,sent")
    assert line.startswith("53849,2,1")
    assert line.endswith("350,VND")


def test_without_traffic_the_page_says_so(world, browse, page):
    html = shown(browse(world.alice), page)
    assert "Nothing has been counted yet" in html
    assert "No message was accepted on these days" in html


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"first": "2026-03-02", "last": "2026-03-01"}, "ends before it begins"),
        ({"first": "2020-01-01", "last": "2026-03-01"}, "At most 400 days"),
        ({"first": "soon"}, "Enter a valid date"),
        ({"by": "moon"}, "Select a valid choice"),
    ],
)
def test_wrong_wishes_are_told_in_the_form(world, browse, page, query, words):
    assert words in shown(browse(world.alice), page, **query)
