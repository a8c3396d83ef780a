"""Campaigns that count on a template version, for whoever is about to withdraw it."""

import pytest

from campaigns.constants import CampaignStatus
from messaging.models import Tally
from messaging.selectors.version_uses import version_uses
from tests.factories import make_campaign, make_template_version

pytestmark = pytest.mark.django_db
S = CampaignStatus


def test_campaigns_that_run_or_will_are_named_with_their_counts() -> None:
    version = make_template_version()
    account = version.template.account
    campaign = make_campaign(
        account, name="Autumn", template_version=version, status=S.RUNNING, audience_size=10
    )
    Tally.objects.create(campaign_id=campaign.pk, status="accepted", messages=4)
    [use] = version_uses(version.pk)
    assert (use.label, use.pk, use.name) == ("campaigns.campaign", campaign.pk, "Autumn")
    assert (use.status, use.unreleased) == ("Running", 6)


@pytest.mark.parametrize(
    ("status", "is_named"),
    [
        (S.DRAFT, False),
        (S.SCHEDULED, True),
        (S.PAUSED, True),
        (S.SENDING, True),
        (S.COMPLETED, False),
        (S.CANCELED, False),
    ],
)
def test_only_what_is_under_way_is_named(status: str, is_named: bool) -> None:
    version = make_template_version()
    make_campaign(version.template.account, template_version=version, status=status)
    assert bool(version_uses(version.pk)) == is_named


def test_campaigns_of_other_versions_are_not_named() -> None:
    version = make_template_version()
    other = make_template_version(version.template.account)
    make_campaign(version.template.account, template_version=other, status=S.RUNNING)
    assert version_uses(version.pk) == []
