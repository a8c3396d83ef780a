from collections import Counter
from random import Random

import pytest

from campaigns.demo import CONTACTS, SECOND_MARKET, numbers
from campaigns.demo.people import ROWS, SECOND_MARKET_ROWS, contacts_csv, second_market_csv
from campaigns.models import BadLine, Contact
from campaigns.services.imports import ConsentOptions
from carriers.simulator.behaviours import BY_SUFFIX
from compliance.models import ConsentState, Suppression
from routing.prefixes import PrefixTable, shipped_plans
from tests.campaigns.building import counts, imported


def test_the_files_are_what_the_generator_makes():
    assert CONTACTS.read_bytes().decode() == contacts_csv()
    assert SECOND_MARKET.read_bytes().decode() == second_market_csv()


def test_the_numbers_are_of_every_network():
    table = PrefixTable(entry for plan in shipped_plans() for entry in plan.entries)
    random = Random(1)
    source = numbers.NumberSource(shipped_plans()[1], random)
    met = {table.lookup(source.ordinary()).network_code for _ in range(600)}
    assert met == set(numbers.SHARES)


def test_every_special_ending_of_the_simulator_is_met():
    assert set(numbers.SPECIAL) == {behaviour.name for behaviour in BY_SUFFIX.values()}
    assert sum(numbers.SPECIAL.values()) * 25 == ROWS


@pytest.mark.django_db
def test_the_demo_file_is_imported_to_its_last_row(world):
    consent = ConsentOptions(world.advertiser, source="web form")
    found = imported(world.account, CONTACTS.read_bytes(), new_list_name="Demo", consent=consent)
    created, updated, duplicates, bad = counts(found)
    assert (found.rows_done, updated, duplicates) == (ROWS, 0, 150)
    assert bad == 122
    endings = Counter(
        BY_SUFFIX[msisdn[-3:]].name
        for msisdn in Contact.objects.values_list("msisdn", flat=True)
        if msisdn[-3:] in BY_SUFFIX
    )
    assert endings == numbers.SPECIAL
    assert ConsentState.objects.filter(state="granted").count() > 3_500
    assert Suppression.objects.count() > 150
    reasons = set(BadLine.objects.values_list("code", flat=True))
    assert reasons >= {"damaged_scientific", "fixed_line", "extension", "empty", "unclosed_quote"}
    assert created == ROWS - duplicates - bad


@pytest.mark.django_db
def test_the_second_market_is_american(world):
    found = imported(
        world.account,
        SECOND_MARKET.read_bytes(),
        default_country="US",
        consent=ConsentOptions(world.advertiser, source="web form"),
    )
    assert counts(found) == (SECOND_MARKET_ROWS, 0, 0, 0)
    assert set(Contact.objects.values_list("country", flat=True)) == {"US"}
