"""Whether a campaign may be sent as it is configured: asked before every step of it."""

from django.utils.translation import gettext as _

from campaigns.constants import CampaignStatus
from campaigns.models import Campaign
from campaigns.slot_values import SlotSource, SlotValueError, slot_sources
from config.common import clock
from config.common.errors import DomainError, InvalidError, NotAllowedError
from messaging.selectors.snapshot import ApprovedText, SenderCard, Snapshot
from messaging.services.drafts import class_allowed, sender_usable, value_sentence
from messaging.services.pool_requests import pool_member
from messaging.wording.values import RefusedValueError, ValueCheck

_LAUNCHED = frozenset(
    {
        CampaignStatus.SCHEDULED,
        CampaignStatus.RUNNING,
        CampaignStatus.PAUSED,
        CampaignStatus.SENDING,
    }
)


def standing_require(snapshot: Snapshot, campaign: Campaign) -> ApprovedText:
    """The approved text of a campaign whose account, text and sender stand.

    Raises NotAllowedError or InvalidError naming the field, the rule and the fix.
    """
    account = snapshot.accounts.get(campaign.account_id)
    if account is None or not account.is_active:
        raise NotAllowedError(
            "account_suspended",
            _("The account is suspended: ask the platform's administrator to lift it."),
        )
    if account.trial_limit is not None and campaign.status in _LAUNCHED:
        raise on_trial_error()
    text = _text(snapshot, campaign)
    class_allowed(_sender(snapshot, campaign, text), text.message_class, field_name="sender")
    return text


def on_trial_error() -> NotAllowedError:
    """Accounts on trial plan campaigns and send none."""
    return NotAllowedError(
        "trial_campaign",
        _(
            "The account is on trial and launches no campaign: ask the platform's operator to"
            " end the trial."
        ),
    )


def standing_problem(snapshot: Snapshot, campaign: Campaign) -> DomainError | None:
    """What `standing_require` would raise."""
    try:
        standing_require(snapshot, campaign)
    except DomainError as error:
        return error
    return None


def _text(snapshot: Snapshot, campaign: Campaign) -> ApprovedText:
    text = snapshot.texts.get(campaign.template_version_id)
    # One that was replaced after the launch is finished with; withdrawing stops it.
    if text is None or not (text.is_current or campaign.status in _LAUNCHED):
        raise NotAllowedError(
            "template_not_approved",
            _("The template version is not approved (any more): choose an approved one."),
            field="template_version",
        )
    if text.account_id != campaign.account_id:
        raise InvalidError(
            "template_of_other_account",
            _("The template belongs to another account: choose one of this account."),
            field="template_version",
        )
    return text


def _sender(snapshot: Snapshot, campaign: Campaign, text: ApprovedText) -> SenderCard:
    if campaign.sender_pool_id is not None:
        return _pool_sender(snapshot, campaign, text)
    sender = snapshot.senders.get(campaign.sender_id)
    if sender is None or sender.account_id != campaign.account_id:
        raise InvalidError(
            "sender_of_other_account",
            _("The sender belongs to another account: choose one of this account."),
            field="sender",
        )
    sender_usable(sender, snapshot, field_name="sender")
    return sender


def _pool_sender(snapshot: Snapshot, campaign: Campaign, text: ApprovedText) -> SenderCard:
    """One of the pool's that may carry the class: which one writes to whom is decided person by
    person."""
    pool = snapshot.stand_ins.pools.get(campaign.sender_pool_id or 0)
    if pool is None or pool.account_id != campaign.account_id:
        raise InvalidError(
            "pool_not_usable",
            _("The sender pool is not active, or of another account: choose an active one."),
            field="sender_pool",
        )
    sender = pool_member(snapshot, pool, text.message_class, clock.now())
    if sender is None:
        raise NotAllowedError(
            "pool_empty",
            _(
                "Pool “%(pool)s” has no sender that may send this now: add one that is active, in"
                " lease and of the class."
            )
            % {"pool": pool.name},
            field="sender_pool",
        )
    return sender


def sources_require(campaign: Campaign, text: ApprovedText) -> tuple[SlotSource, ...]:
    """Where each slot of the text gets its value. Raises InvalidError (field `values.<slot>`),
    also for a text of the campaign's that the slot does not take in one of the languages."""
    try:
        sources = slot_sources(campaign.values, text.wordings.slots, text.wordings.with_fallback)
    except SlotValueError as error:
        sentence = {
            "missing": _("Slot “%(slot)s” has no value: choose a column or write a text."),
            "unknown": _("The text has no slot “%(slot)s”: remove its value."),
            "malformed": _(
                "The value of slot “%(slot)s” is not understood: choose a column or a fixed text."
            ),
            "too_long": _(
                "The text for slot “%(slot)s” is longer than 300 characters: shorten it."
            ),
            "unprintable": _(
                "The text for slot “%(slot)s” has an invisible character at position"
                " %(position)d: type it again."
            ),
        }[error.code]
        raise InvalidError(
            f"slot_{error.code}",
            sentence % {"slot": error.slot, "position": error.position + 1},
            field=f"values.{error.slot}",
        ) from error
    for source in sources:
        _text_checked(source, text)
    return sources


def _text_checked(source: SlotSource, text: ApprovedText) -> None:
    if not source.text:
        return
    for wording in text.wordings:
        for check in wording.checks:
            if check.spec.name == source.slot:
                _taken(check, source)


def _taken(check: ValueCheck, source: SlotSource) -> None:
    try:
        check.take(source.text)
    except RefusedValueError as error:
        raise InvalidError(
            f"slot_{error.problem.code}",
            value_sentence(error.problem),
            field=f"values.{source.slot}",
        ) from error
