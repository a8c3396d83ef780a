"""The second market of the demo: short-code marketing where a number may advertise.

In Vietnam an advertisement needs a brandname (Decree 91/2020, Art. 13.8), so 53849 advertises
to contacts in the United States, for the other account.
"""

from pathlib import Path

from django.core.files import File

from campaigns.models import Campaign
from campaigns.services.campaigns import campaign_create
from campaigns.services.imports import (
    ConsentOptions,
    ImportOptions,
    import_run,
    import_start,
    import_upload,
)
from compliance.constants import Purpose
from compliance.models import Account, User
from config.demo import world
from messaging.constants import VersionStatus
from messaging.models import TemplateVersion
from routing.models import Sender

CONTACTS = Path(__file__).resolve().parent.parent.parent / "campaigns/demo/second_market.csv"


def second_market_build() -> Campaign:
    """Imports the second account's contacts and leaves a campaign ready for its pre-flight."""
    account = Account.objects.get(slug=world.ACCOUNTS[1]["slug"])
    user = User.objects.get(username="harbor-marketer")
    with CONTACTS.open("rb") as file:
        uploaded = import_upload(
            account=account, file=File(file), file_name=CONTACTS.name, user=user
        )
    options = ImportOptions(
        mapping={int(index): target for index, target in uploaded.mapping.items()},
        new_list_name="Harbor regulars",
        default_country=account.country,
        consent=ConsentOptions(
            account.advertisers.get(), Purpose.MARKETING, source="Loyalty card form"
        ),
    )
    started = import_start(uploaded, options, actor=user)
    import_run(started.pk)
    started.refresh_from_db()
    assert started.contact_list is not None, "an import that ran has a list"
    return campaign_create(
        account=account,
        actor=user,
        name="Happy hour",
        contact_list=started.contact_list,
        template_version=TemplateVersion.objects.get(
            template__account=account,
            template__slug="happy-hour",
            status=VersionStatus.APPROVED,
        ),
        sender=Sender.objects.get(account=account, address="53849"),
        values={"name": {"attribute": "name", "fallback": "neighbor"}},
    )
