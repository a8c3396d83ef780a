"""A list of contacts with consent and opt-outs, made by SQL: no import is measured here."""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Max

from campaigns.models import Campaign, Contact, ContactList
from campaigns.services.campaigns import campaign_create
from campaigns.services.lists import list_create
from config.bench.world import World

# Of each hundred contacts: every twentieth is suppressed, the first has never agreed.
_CONTACTS = """
INSERT INTO campaigns_contact
    (account_id, msisdn, country, name, language, attributes, created_at, updated_at)
SELECT %(account)s, prefix || lpad(
        (i / cardinality(%(prefixes)s::text[]))::text, 11 - length(prefix), '0'), %(country)s,
    (ARRAY['Nguyen', 'Tran', 'Le', 'Pham', 'Hoang', 'Phan', 'Vu'])[i %% 7 + 1] || ' '
        || (ARRAY['Thi Mai', 'Van Hung', 'Minh Anh', 'Quoc Bao', 'Thu Trang'])[i %% 5 + 1],
    '', jsonb_build_object('code', 'MAI' || lpad(i::text, 7, '0')), now(), now()
FROM generate_series(%(before)s + 1, %(before)s + %(count)s) AS i,
    LATERAL (SELECT (%(prefixes)s::text[])[i %% cardinality(%(prefixes)s::text[]) + 1]) AS p(prefix)
"""
_MEMBERS = """
INSERT INTO campaigns_listmembership (contact_list_id, contact_id)
SELECT %(list)s, id FROM campaigns_contact WHERE account_id = %(account)s AND id > %(after)s
ORDER BY id
"""
_CONSENTS = """
WITH given AS (
    INSERT INTO compliance_consentrecord (account_id, advertiser_id, msisdn, purpose, action,
        method, source, evidence, text_version, content, form, frequency, given_at, recorded_at)
    SELECT %(account)s, %(advertiser)s, msisdn, 'marketing', 'granted', 'import', '', '{}', '', '',
        '', '', now(), now()
    FROM campaigns_contact WHERE account_id = %(account)s AND id > %(after)s AND id %% 100 <> 1
    RETURNING id, msisdn, given_at
)
INSERT INTO compliance_consentstate
    (account_id, advertiser_id, msisdn, purpose, state, since, record_id)
SELECT %(account)s, %(advertiser)s, msisdn, 'marketing', 'granted', given_at, id FROM given
"""
_OPT_OUTS = """
INSERT INTO compliance_suppression
    (account_id, advertiser_id, msisdn, purpose, sender, cause, source, reason, created_at,
     lifted_reason)
SELECT %(account)s, NULL, msisdn, 'all', '', 'manual', 'import', '', now(), ''
FROM campaigns_contact WHERE account_id = %(account)s AND id > %(after)s AND id %% 20 = 0
"""
_TABLES = (
    "campaigns_contact",
    "campaigns_listmembership",
    "compliance_consentrecord",
    "compliance_consentstate",
    "compliance_suppression",
)
SHARES = {"suppressed": 0.05, "without_consent": 0.01}


@dataclass(frozen=True, slots=True)
class Audience:
    """The list and how many are on it."""

    contact_list: ContactList
    count: int


def audience_make(world: World, count: int) -> Audience:
    """So many new contacts on a list: 5 % suppressed, 1 % without consent, the others reachable."""
    known = Contact.objects.filter(account=world.account)
    before = known.count()
    name = f"{count} contacts after {before}"
    contact_list = list_create(account=world.account, name=name, actor=None)
    values: dict[str, Any] = {
        "account": world.account.pk,
        "advertiser": world.account.advertisers.get().pk,
        "country": world.market.country,
        "prefixes": list(world.market.prefixes),
        "list": contact_list.pk,
        "count": count,
        "before": before,
        "after": known.aggregate(last=Max("id"))["last"] or 0,
    }
    with connection.cursor() as cursor:
        for statement in (_CONTACTS, _MEMBERS, _CONSENTS, _OPT_OUTS):
            cursor.execute(statement, values)
        for table in _TABLES:  # as an import of yesterday would stand today
            cursor.execute(f"VACUUM (ANALYZE) {table}")
    return Audience(contact_list, count)


def campaign_draft(world: World, audience: Audience, name: str) -> Campaign:
    """A draft that fills both slots from the contact."""
    return campaign_create(
        account=world.account,
        actor=None,
        name=name,
        contact_list=audience.contact_list,
        template_version=world.version,
        sender=world.sender,
        values={"name": {"attribute": "name"}, "code": {"attribute": "code"}},
    )
