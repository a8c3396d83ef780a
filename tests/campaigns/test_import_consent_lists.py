"""Files of consents alone: every facet, bad rows set aside, no contacts made."""

from typing import Any

import pytest
from django.core.files.base import ContentFile

from campaigns.models import BadLine, Contact, ContactImport
from campaigns.services.imports import ConsentOptions, Submission, import_run, import_submit
from compliance.models import ConsentRecord, ConsentState
from config.common.errors import InvalidError
from tests.world import World

pytestmark = pytest.mark.django_db
FILE = """\
Phone,Consent,Consent date,Consent source,Valid until,Text shown,Content agreed,Form agreed,Frequency
0912345671,yes,2026-03-01,Shop Q1,31/12/2027,v3,Offers,SMS,4/month
0912345672,yes,2026-03-01,Shop Q2,,v3,Offers,SMS,
0912345673,yes,2026-03-01,Shop Q1,,v3,Offers,SMS,now and then
0912345674,yes,2026-03-01,Shop Q1,01/01/2026,v3,Offers,SMS,
0912345671,yes,2026-04-01,Web,,v4,Offers,SMS,2/week
"""


def submit(world: World, **values: Any) -> ContactImport:
    consent = ConsentOptions(advertiser=world.advertiser, evidence="Folder 7")
    made = import_submit(
        account=world.account,
        file=ContentFile(FILE.encode(), "consents.csv"),
        file_name="consents.csv",
        submission=Submission(consent=consent, **values),
        actor=world.bob,
    )
    import_run(made.pk)
    made.refresh_from_db()
    return made


def test_consents_come_with_their_facets_and_no_contacts(world: World) -> None:
    made = submit(world, keeps_contacts=False)
    assert (made.status, made.consents_recorded, made.rows_bad, made.rows_updated) == (
        "completed", 2, 2, 0,
    )  # fmt: skip
    assert not Contact.objects.exists()
    newest = ConsentRecord.objects.get(msisdn="84912345671")
    assert (newest.source, newest.text_version, newest.promised_limit, newest.promised_hours) == (
        "Web", "v4", 2, 168,
    )  # fmt: skip
    other = ConsentRecord.objects.get(msisdn="84912345672")
    assert (other.source, other.content, other.form) == ("Shop Q2", "Offers", "SMS")
    assert other.evidence["note"] == "Folder 7"
    assert ConsentState.objects.count() == 2
    codes = dict(BadLine.objects.values_list("line", "code"))
    assert codes == {4: "frequency_unread", 5: "ends_before_start"}


def test_contacts_are_kept_unless_said_otherwise(world: World) -> None:
    assert submit(world).keeps_contacts
    assert Contact.objects.count() == 2


def test_without_contacts_there_must_be_consent_and_no_list(world: World) -> None:
    with pytest.raises(InvalidError, match="no list"):
        submit(world, keeps_contacts=False, new_list_name="VIP")
