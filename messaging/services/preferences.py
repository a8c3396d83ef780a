"""The link of a person's own page, and how messages get it.

A template says `{unsubscribe}`, and sending puts the person's link there: no customer gives it
and none can give another. Its length is always the same, so the worst case of a wording is known.
"""

from collections.abc import Mapping
from functools import cache

from django.conf import settings

from compliance.constants import MessageClass
from compliance.models import Advertiser
from messaging.preferences.tokens import TOKEN_LENGTH, key_of, token_make, token_read
from messaging.selectors.snapshot import AccountCard, ApprovedText, SenderCard
from messaging.wording.slots import PREFERENCE_SLOT, SlotSpec

PATH = "/p/"


@cache
def _keys(secrets: tuple[str, ...]) -> tuple[bytes, ...]:
    return tuple(key_of(secret) for secret in secrets)


def _secrets() -> tuple[str, ...]:
    """Newest first; links live in phones for years, so they may have secrets of their own."""
    own = tuple(settings.PREFERENCE_SECRETS)
    return own or (settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS))


def preference_address(advertiser: Advertiser | int, msisdn: str) -> str:
    """The address of a person's page: of one number with one advertiser, the same each time."""
    key = advertiser if isinstance(advertiser, int) else advertiser.pk
    token = token_make(_keys(_secrets())[0], key, msisdn)
    return f"{settings.PREFERENCE_BASE_URL.rstrip('/')}{PATH}{token}"


def preference_read(token: str) -> tuple[int, str] | None:
    """Advertiser id and number behind a token; None where it is none of ours."""
    return token_read(_keys(_secrets()), token)


def preference_spec() -> SlotSpec:
    """What stands in the reserved slot; the example opens nothing."""
    example = f"{settings.PREFERENCE_BASE_URL.rstrip('/')}{PATH}{'x' * TOKEN_LENGTH}"
    return SlotSpec(
        PREFERENCE_SLOT, type="url", max_length=len(example), example=example, fallback=example
    )


def preference_filled(
    approved: ApprovedText, values: Mapping[str, str], msisdn: str
) -> Mapping[str, str]:
    """The values with the person's own link where the wording has room for it."""
    if PREFERENCE_SLOT not in approved.wordings.slots:
        return values
    return {**values, PREFERENCE_SLOT: preference_address(approved.advertiser_id, msisdn)}


def preference_ended(
    account: AccountCard, sender: SenderCard, approved: ApprovedText, text: str, msisdn: str
) -> str:
    """The text with the link at its end, where the account wants it: in advertising from a
    sender that takes no replies, unless the wording has the link already."""
    is_wanted = account.adds_preference_link and not sender.receives_replies
    is_advertising = approved.message_class == MessageClass.MARKETING
    if not (is_wanted and is_advertising) or PREFERENCE_SLOT in approved.wordings.slots:
        return text
    return f"{text} {preference_address(approved.advertiser_id, msisdn)}"
