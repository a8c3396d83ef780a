"""What would keep a rule from doing its work now: named before a reply finds out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from compliance.constants import MessageClass
from compliance.findings import gettext_noop
from messaging.keyword_rules import CodeQuestion, Plan, PlanError, Step, plan_of
from messaging.models import KeywordRule, VerificationService
from messaging.selectors.list_names import list_names
from messaging.selectors.snapshot import ApprovedText, Snapshot
from messaging.wording.slots import PREFERENCE_SLOT

# `code` → sentence; a door translates and fills.
TROUBLES: Mapping[str, str] = {
    "template_not_approved": gettext_noop(
        "“%(template)s” is not an approved template of this account: choose another one."
    ),
    "template_asks_nothing": gettext_noop(
        "“%(template)s” does not ask for consent: choose a template that is marked so."
    ),
    "missing_parameter": gettext_noop("“%(template)s” wants a value for “%(slot)s”: give one."),
    "unknown_parameter": gettext_noop("“%(template)s” has no slot “%(slot)s”: leave it out."),
    "unknown_list": gettext_noop("The account has no list %(list)s: choose one that it has."),
    "sender_gone": gettext_noop("The sender “%(sender)s” is not in use: choose another one."),
    "sender_without_replies": gettext_noop(
        "The sender “%(sender)s” receives no replies: choose one that does."
    ),
    "unknown_service": gettext_noop(
        "“%(service)s” is no active verification service of this account: choose one that is."
    ),
    "sender_without_codes": gettext_noop(
        "The sender “%(sender)s” may not send codes (class otp): choose one that may."
    ),
    "unreadable": gettext_noop("Its steps cannot be read: write them again."),
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong: `path` of the step or field, a code of TROUBLES and its values."""

    path: str
    code: str
    values: Mapping[str, str]


def troubles_of(row: KeywordRule, snapshot: Snapshot, plan: Plan | None = None) -> list[Trouble]:
    """Everything that is wrong with a rule at the moment of a snapshot."""
    try:
        plan = plan or plan_of(row.actions, row.question)
    except PlanError as error:
        return [Trouble(error.path, "unreadable", {})]
    lists = list_names(row.account_id) if any(step.list_id for step in plan.all_steps) else {}
    found = list(_of_sender(row, snapshot))
    for step in plan.all_steps:
        found += _of_step(row, snapshot, step, lists)
    asked = plan.question
    if isinstance(asked, CodeQuestion):
        found += _of_verification(row, snapshot, asked)
    elif asked is not None:
        found += _of_template(
            row, snapshot, "question", asked.template, asked.parameters, asks_consent=False
        )
    return found


def _of_sender(row: KeywordRule, snapshot: Snapshot) -> Iterator[Trouble]:
    if row.sender_id is None:
        return
    card = snapshot.senders.get(row.sender_id)
    if card is None or not card.is_usable:
        address = card.address if card else str(row.sender_id)
        yield Trouble("sender", "sender_gone", {"sender": address})
    elif not card.receives_replies:
        yield Trouble("sender", "sender_without_replies", {"sender": card.address})


def _of_verification(
    row: KeywordRule, snapshot: Snapshot, asked: CodeQuestion
) -> Iterator[Trouble]:
    ready = VerificationService.objects.filter(account=row.account_id, is_active=True)
    if not ready.filter(slug=asked.service, texts__isnull=False).exists():
        yield Trouble("question.verification", "unknown_service", {"service": asked.service})
    card = snapshot.senders.get(row.sender_id) if row.sender_id else None
    if card is not None and MessageClass.OTP not in card.message_classes:
        yield Trouble("sender", "sender_without_codes", {"sender": card.address})


def _of_step(
    row: KeywordRule, snapshot: Snapshot, step: Step, lists: Mapping[int, str]
) -> Iterator[Trouble]:
    if step.list_id and step.list_id not in lists:
        yield Trouble(f"{step.path}.list", "unknown_list", {"list": str(step.list_id)})
    if step.template:
        yield from _of_template(
            row,
            snapshot,
            step.path,
            step.template,
            step.parameters,
            asks_consent=step.do == "record_consent",
        )


def _of_template(
    row: KeywordRule,
    snapshot: Snapshot,
    path: str,
    slug: str,
    parameters: Mapping[str, str],
    *,
    asks_consent: bool,
) -> Iterator[Trouble]:
    text = snapshot.texts_by_slug.get((row.account_id, slug))
    named = {"template": slug}
    if text is None:
        yield Trouble(f"{path}.template", "template_not_approved", named)
        return
    if asks_consent and not text.asks_consent:
        yield Trouble(f"{path}.template", "template_asks_nothing", named)
    yield from _of_values(text, path, parameters)


def _of_values(text: ApprovedText, path: str, parameters: Mapping[str, str]) -> Iterator[Trouble]:
    own = set(text.wordings.slots) - {PREFERENCE_SLOT}
    for slot in sorted(own - text.wordings.with_fallback - set(parameters)):
        values = {"template": text.slug, "slot": slot}
        yield Trouble(f"{path}.parameters", "missing_parameter", values)
    for slot in sorted(set(parameters) - own):
        values = {"template": text.slug, "slot": slot}
        yield Trouble(f"{path}.parameters.{slot}", "unknown_parameter", values)
