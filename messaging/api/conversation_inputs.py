"""What callers send about conversations: fields and their form. Rules are the services'."""

from django.utils.translation import gettext_lazy as _

from compliance.constants import MessageClass
from config.common.api.fields import StrictSerializer, Text, Truth, Whole, Word
from config.common.api.pagination import PageInput
from messaging.api.inputs import Parameters
from messaging.services.conversations.handling import MAX_NOTE

_LONGEST_NAME = 150
_NEVER_MORE = 2**31 - 1
STATES = [("open", _("Open")), ("waiting", _("Somebody waits")), ("closed", _("Closed"))]


class ConversationsQuery(PageInput):
    """Filters of the list; all that are given hold."""

    state = Word(
        choices=STATES,
        required=False,
        help_text=_("`open`, `waiting` (open, and the person waits for an answer) or `closed`."),
    )
    assignee = Text(
        required=False,
        allow_blank=True,
        max_length=_LONGEST_NAME,
        help_text=_("A user name; empty: assigned to nobody."),
    )
    unread = Truth(required=False, help_text=_("Only with unread replies, or only without."))
    number = Text(required=False, max_length=40, help_text=_("The person's number."))
    sender = Text(
        required=False, max_length=30, help_text=_("The sender that the person wrote to last.")
    )


class ConversationReplyInput(StrictSerializer):
    """`text`, or `template` with `parameters`."""

    version = Whole(
        min_value=0,
        max_value=_NEVER_MORE,
        help_text=_(
            "`version` of the conversation as you read it: where somebody has answered since, the"
            " answer is 409 and nothing is sent."
        ),
    )
    text = Text(
        required=False,
        allow_null=True,
        trim_whitespace=False,
        max_length=5000,
        help_text=_("Free text, of a class that the account may send without a template."),
    )
    class_ = Word(
        source="message_class",
        choices=MessageClass.choices,
        required=False,
        allow_null=True,
        help_text=_("Of a free text; absent: care, where the account may write that freely."),
    )
    template = Text(
        required=False,
        allow_null=True,
        max_length=50,
        help_text=_("Short name of a template with an approved version."),
    )
    parameters = Parameters(
        required=False, allow_null=True, help_text=_("A string for each slot of the template.")
    )
    language = Text(
        required=False,
        allow_null=True,
        max_length=35,
        help_text=_("The person's language tag: chooses among the template's texts."),
    )


class ConversationAssignInput(StrictSerializer):
    """Who takes care of it."""

    assignee = Text(
        allow_null=True,
        max_length=_LONGEST_NAME,
        help_text=_("The user name of somebody of the account; null: nobody."),
    )


class ConversationNoteInput(StrictSerializer):
    """Something for colleagues."""

    text = Text(max_length=MAX_NOTE, help_text=_("The person never sees it."))


class ConversationReadInput(StrictSerializer):
    """Whether it has been read."""

    unread = Truth(
        required=False, default=False, help_text=_("true marks it unread for whoever looks next.")
    )
