"""What vendor parameters are filled with."""

import pytest
from django.db import connection

from carriers.constants import TlvSource
from messaging.models import TemplateRegistration
from messaging.pump.papers import papers_of
from routing.models import Network
from tests.factories import make_account, make_template_version
from tests.messaging.hot import make_line

pytestmark = pytest.mark.django_db(transaction=True)


def test_ids_of_advertiser_sender_and_template_are_found_for_a_batch():
    account = make_account()
    line = make_line(account)
    version = make_template_version(account)
    network = Network.objects.get(code="hot")
    TemplateRegistration.objects.create(
        version=version, network=network, state="registered", reference="1707"
    )
    advertiser = account.advertisers.get()
    advertiser.entity_id = "1401"
    advertiser.save()
    line.sender.registrations.filter(network=network).update(reference="HDR", state="approved")
    claim = line.claimed(template_version_id=version.pk, network_id=network.pk)
    free = line.claimed()
    with connection.cursor() as cursor:
        found = papers_of(cursor, [claim, free])
    assert found[claim.id][TlvSource.TEMPLATE_REGISTRATION] == "1707"
    assert found[claim.id][TlvSource.ADVERTISER_ENTITY] == "1401"
    assert found[claim.id][TlvSource.TEMPLATE_SLUG] == version.template.slug
    assert found[free.id][TlvSource.TEMPLATE_REGISTRATION] == ""
