"""Where a campaign's numbers are, asked ahead of its slices: outside their transactions."""

from django.db import connection

from campaigns.models import Campaign
from messaging.selectors.snapshot import snapshots
from messaging.services.lookups import numbers_prepare

AHEAD = 20_000
_NUMBERS = """
SELECT m.id, c.msisdn, c.country FROM campaigns_listmembership m
JOIN campaigns_contact c ON c.id = m.contact_id
WHERE m.contact_list_id = %(list)s AND m.id > %(after)s AND m.id <= %(through)s
ORDER BY m.id LIMIT %(limit)s
"""


class NumbersAhead:
    """Asks about the next so many contacts of a running campaign when its release gets there."""

    def __init__(self, campaign_id: int, *, ahead: int = AHEAD) -> None:
        self._campaign_id, self._ahead = campaign_id, ahead
        self._prepared = -1

    def reach(self) -> None:
        """Sees to it that the contact after the release's position has been asked about. Costs
        nothing where no policy asks, and one small query where it has been."""
        snapshot = snapshots.current()
        if not snapshot.numbers.ask_rules:
            return
        campaign = (
            Campaign.objects.filter(pk=self._campaign_id)
            .select_related("template_version__template")
            .only(
                "contact_list_id",
                "audience_through",
                "released_through",
                "template_version__template__message_class",
            )
            .first()
        )
        if campaign is None or campaign.released_through < self._prepared:
            return
        with connection.cursor() as cursor:
            cursor.execute(
                _NUMBERS,
                {
                    "list": campaign.contact_list_id,
                    "after": campaign.released_through,
                    "through": campaign.audience_through,
                    "limit": self._ahead,
                },
            )
            rows = cursor.fetchall()
        self._prepared = rows[-1][0] if rows else campaign.audience_through
        numbers_prepare(
            snapshot,
            [(msisdn, country) for _id, msisdn, country in rows],
            campaign.template_version.template.message_class,
            is_campaign=True,
        )
