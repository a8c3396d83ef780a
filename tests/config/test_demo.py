import pytest

from campaigns.models import Contact
from campaigns.services.preflight import preflight_run
from compliance.models import Account
from config.demo.build import world_build
from config.demo.second_market import second_market_build
from messaging.constants import VersionStatus
from messaging.models import TemplateVersion
from messaging.selectors.registration_standing import standings_of
from messaging.selectors.snapshot import snapshots
from messaging.services.submissions import Accepted, MessageRequest, messages_submit

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def demo(db):
    made = world_build()
    snapshots.forget()
    yield made
    snapshots.forget()


def test_every_demo_template_is_approved_by_another_person(demo):
    versions = TemplateVersion.objects.filter(status=VersionStatus.APPROVED)
    assert versions.count() == 6
    assert all(version.reviewer_id != version.author_id for version in versions)


def test_what_the_brandname_sends_is_registered_where_networks_demand_it(demo):
    account = Account.objects.get(slug=demo["account"])
    for version in TemplateVersion.objects.filter(template__account=account):
        found = standings_of(version)
        assert not any(one.stops_messages for one in found), version
        if version.template.message_class == "marketing":
            assert {one.network_name for one in found} >= {"Viettel", "VinaPhone", "MobiFone"}


def test_the_app_hash_keeps_its_own_line(demo):
    account = Account.objects.get(slug=demo["account"])
    request = MessageRequest(
        to="0912345678", sender="53849", template="max-sign-in", parameters={"code": "529420"}
    )
    (accepted,) = messages_submit(account=account, requests=[request], origin="api")
    assert isinstance(accepted, Accepted)
    version = TemplateVersion.objects.get(template__slug="max-sign-in")
    assert version.body.splitlines()[-1] == "+QyYAqib1U4"


def test_the_short_code_advertises_in_the_second_market_to_those_who_agreed(demo):
    campaign = second_market_build()
    snapshots.forget()
    report = preflight_run(campaign.pk)
    members = Contact.objects.filter(account=campaign.account).count()
    assert members == report["audience"] == report["released"] + report["exclusions"]["no_consent"]
    assert 0 < report["released"] < members
