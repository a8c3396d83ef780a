"""Why the platform stops a campaign for want of money, and what makes it go on."""

from django.utils.translation import gettext as _

from campaigns.constants import CampaignStatus
from campaigns.models import Campaign
from campaigns.selectors.labels import money
from config.common import clock
from messaging.models import Balance
from messaging.money.limits import is_enough
from messaging.selectors.money.positions import rooms_of
from messaging.services.money import CREDIT_EXHAUSTED


def money_stop(campaign: Campaign) -> str:
    """What a person reads on a campaign that stopped for want of money; else nothing."""
    if campaign.status != CampaignStatus.PAUSED or campaign.stopped_for != CREDIT_EXHAUSTED:
        return ""
    account = campaign.account
    room = rooms_of([account.pk], clock.now())[account.pk]
    goes_on = Balance.objects.values_list("resumes_campaigns", flat=True).get(pk=account.pk)
    why = _(
        "Stopped for want of money: its next message costs %(needed)s and %(available)s may be"
        " spent. Nobody is lost: the rest of the audience waits."
    ) % {
        "needed": money(campaign.needed_micros, account.currency),
        "available": "–" if room is None else money(max(0, room), account.currency),
    }
    fix = (
        _("It goes on by itself after a top-up or with a higher limit.")
        if goes_on
        else _("After a top-up or with a higher limit, resume it here.")
    )
    return f"{why} {fix}"


def money_shortage(campaign: Campaign) -> str:
    """What a person reads on a checked campaign that costs more than may be spent; else nothing."""
    report = campaign.preflight or {}
    if report.get("state") != "done" or not report["price_micros"]:
        return ""
    account = campaign.account
    room = rooms_of([account.pk], clock.now())[account.pk]
    if is_enough(room, report["price_micros"]):
        return ""
    return _(
        "It costs %(cost)s and %(available)s may be spent now: it will stop when that is used up"
        " and go on once there is more."
    ) % {
        "cost": money(report["price_micros"], account.currency),
        "available": money(max(0, room or 0), account.currency),
    }
