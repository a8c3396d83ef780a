"""People whom rules kept out of campaigns, as the policy time machine looks at them."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from campaigns.models import AudienceEntry, Campaign, Contact
from messaging.selectors.snapshot import snapshots
from messaging.services.trials.excluded import BY_RULES, place_in_time
from messaging.services.trials.past import PastMessage

_SLICE = 2_000


def excluded_of(
    account_id: int, country: str, first: datetime, last: datetime
) -> Iterator[Sequence[PastMessage]]:
    """Slices of one campaign's people, as if the message had been accepted at its launch. Who is
    no contact any more is left out: nobody knows the country."""
    launched = Campaign.objects.filter(
        account=account_id, launched_at__gte=first, launched_at__lt=last
    ).select_related("template_version__template")
    for campaign in launched.order_by("pk"):
        yield from _of_campaign(campaign, country)


def _of_campaign(campaign: Campaign, country: str) -> Iterator[Sequence[PastMessage]]:
    entries = AudienceEntry.objects.filter(
        campaign=campaign.pk, outcome="excluded", reason__in=BY_RULES
    )
    after = 0
    while True:
        page = list(
            entries.filter(contact_id__gt=after)
            .order_by("contact_id")
            .values_list("contact_id", flat=True)[:_SLICE]
        )
        if not page:
            return
        contacts = Contact.objects.filter(pk__in=page, country=country)
        yield [_message(campaign, contact) for contact in contacts]
        after = page[-1]


def _message(campaign: Campaign, contact: Contact) -> PastMessage:
    template = campaign.template_version.template
    at = campaign.launched_at or campaign.created_at
    return PastMessage(
        id=place_in_time(at, contact.pk),
        at=at,
        message_class=template.message_class,
        account_id=campaign.account_id,
        advertiser_id=template.advertiser_id,
        campaign_id=campaign.pk,
        msisdn=contact.msisdn,
        country=contact.country,
        network_id=snapshots.current()
        .numbers.network_of(contact.msisdn, contact.country, None)
        .network_id,
        sender_id=campaign.sender_id,
        template_version_id=campaign.template_version_id,
        text="",
        segment_count=1,
        recipient_zone=contact.timezone or None,
        status="excluded",
    )
