"""What the form of a rule gives its editor: kinds, steps with their fields, what may be chosen."""

from typing import Any

from django.utils.translation import gettext as _

from compliance.constants import MessageClass
from messaging.constants import MatchKind
from messaging.keyword_rules.plans import (
    LONGEST_WAIT_MINUTES,
    MOST_ANSWERS,
    MOST_REPEATS,
    MOST_STEPS,
    STEP_FIELDS,
)
from messaging.models import VerificationService
from messaging.selectors.list_names import list_names
from messaging.selectors.snapshot import ApprovedText, snapshots
from messaging.services.keyword_rules.sentences import step_name
from messaging.wording.slots import PREFERENCE_SLOT


def choices_of(account_id: int | None) -> dict[str, Any]:
    """Approved templates with their slots, lists and verification services of an account."""
    if account_id is None:
        return {"templates": [], "lists": [], "services": []}
    texts = [
        text
        for (account, _slug), text in snapshots.latest().texts_by_slug.items()
        # Codes are sent by verifications alone.
        if account == account_id and text.message_class != MessageClass.OTP
    ]
    ready = VerificationService.objects.filter(
        account=account_id, is_active=True, texts__isnull=False
    ).distinct()
    return {
        "templates": [_template(text) for text in sorted(texts, key=lambda one: one.slug)],
        "lists": [
            {"id": pk, "name": name}
            for pk, name in sorted(list_names(account_id).items(), key=lambda one: one[1])
        ],
        "services": [
            {"slug": one.slug, "name": one.name}
            for one in ready.order_by("name").only("slug", "name")
        ],
    }


def _template(text: ApprovedText) -> dict[str, Any]:
    wordings = text.wordings
    return {
        "slug": text.slug,
        "class": str(MessageClass(text.message_class).label),
        "text": wordings.default.shown,
        "asks": text.asks_consent,
        "slots": [
            {"name": name, "needed": name not in wordings.with_fallback}
            for name in wordings.slots
            if name != PREFERENCE_SLOT
        ],
    }


def kinds() -> dict[str, str]:
    """Each kind of match with an example."""
    return {
        MatchKind.EXACT: _("“DH” fits “DH” and “dh!”, not “DH 1029”."),
        MatchKind.FIRST_WORD: _(
            "“DH” fits “DH 1029” and “dh”, not “DHL”. What stands behind it is {rest}."
        ),
        MatchKind.PREFIX: _("“DH” fits “DH1029” and “dhl”. What stands behind it is {rest}."),
        MatchKind.PATTERN: _(
            r"“dh ?(\d+)” fits “DH 1029” and “dh1029”, not “dh 1029 now”. Groups in brackets are"
            " {1}, {2} …; “(?P<order>\\d+)” is {order}."
        ),
        MatchKind.ANY: _(
            "Every reply that no rule before it takes: for the last rule of a sender."
        ),
    }


def steps() -> list[dict[str, Any]]:
    """Kinds of steps with what is asked for each."""
    helps = {
        "reply": _("Sends an approved template to who wrote, from the sender they wrote to."),
        "add_to_list": _("Puts the person on a list; who is on it already stays."),
        "remove_from_list": _("Takes the person off a list."),
        "record_consent": _(
            "With a template that asks, the person is asked first, and consent stands once they"
            " answer YES. Without one the reply itself is the consent, where the law knows that."
        ),
        "record_refusal": _("The person gets no more marketing of the advertiser."),
        "forward": _("Tells your system by the event keyword.matched, with fields of your own."),
        "escalate": _("Opens the conversation for a person to answer."),
    }
    return [
        {"do": do, "label": step_name(do), "help": helps[do], "members": members(do)}
        for do in STEP_FIELDS
    ]


def members(do: str) -> list[str]:
    """The fields that a kind of step shows, by what they are."""
    return [name for name in STEP_FIELDS[do] if name != "parameters"]


def places() -> list[list[str]]:
    """What texts may take from the reply."""
    return [
        ["{rest}", _("what stands behind the word")],
        ["{text}", _("the whole reply")],
        ["{first_word}", _("its first word, as written")],
        ["{word}", _("the rule's word that it fits")],
        ["{number}", _("the person's number")],
        ["{answer}", _("the answer to a question")],
    ]


def limits() -> dict[str, int]:
    """As the service holds them."""
    return {
        "steps": MOST_STEPS,
        "answers": MOST_ANSWERS,
        "minutes": LONGEST_WAIT_MINUTES,
        "repeats": MOST_REPEATS,
    }


def words() -> dict[str, str]:
    """What the editor says."""
    return {
        "add_step": _("Add a step"),
        "step": _("Step %(number)s"),
        "do": _("What is done"),
        "up": _("Move up"),
        "down": _("Move down"),
        "remove": _("Remove"),
        "template": _("Template"),
        "choose": _("Choose …"),
        "no_template": _("None: the reply itself is the consent"),
        "no_templates": _("The account has no approved template yet."),
        "value": _("Value of {%(slot)s}"),
        "fallback": _("Empty: the template's own."),
        "values_help": _("A text of yours, or a place that the reply fills: {rest}, {text} …"),
        "list": _("List"),
        "fields": _("Fields of the event"),
        "field_name": _("Name"),
        "field_value": _("Value"),
        "add_field": _("Add a field"),
        "note": _("Note for who answers"),
        "nothing": _("Nothing more"),
        "ask": _("Ask, and wait for the answer (“reply 1 to confirm”)"),
        "verify": _("Send a code, and wait for it (verification)"),
        "then": _("What follows"),
        "answers": _("Answers that are waited for"),
        "answer": _("Answer %(number)s"),
        "answer_name": _("Name"),
        "answer_words": _("Words for it, with commas between"),
        "answer_steps": _("Then"),
        "add_answer": _("Add an answer"),
        "timeout": _("Waits for (minutes)"),
        "repeats": _("Is asked again after an unclear answer (times)"),
        "timeout_steps": _("When no answer came in time"),
        "unclear_steps": _("When the answer stayed unclear"),
        "service": _("Verification service"),
        "no_services": _("The account has no active verification service yet."),
        "approved_steps": _("When the code is right"),
        "failed_steps": _("When no right code came in time, or too many were wrong"),
        "gone": _("%(name)s (not to be had any more)"),
    }
