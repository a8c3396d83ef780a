"""What can be wrong with a mapping, an event or a signature: stable codes and the sentences for
people.

The sentences are only marked here, so that this stays free of Django: a door translates them
with `gettext(MESSAGES[code]) % params`. Codes of numbers have theirs in `routing.numbers`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


def gettext_noop(message: str) -> str:
    """Marks a sentence for the catalogues without translating it."""
    return message


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: dotted place in the mapping, code, and what the sentence needs."""

    place: str
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


class SpecError(Exception):
    """A mapping with mistakes, all of them."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(", ".join(f"{one.place} {one.code}" for one in problems))
        self.problems = tuple(problems)


_ = gettext_noop
SPEC_MESSAGES: Mapping[str, str] = {
    "required": _("This is missing: give it."),
    "not_an_object": _("This is not a JSON object: write {…}."),
    "not_a_list": _("This is not a list: write […]."),
    "not_a_text": _("This is not a string: write it in quotes."),
    "not_a_whole": _("This is not a whole number from %(least)s to %(most)s."),
    "unknown_member": _("There is no such member here: known are %(known)s."),
    "unknown_word": _("“%(word)s” is not one of: %(known)s."),
    "too_long": _("This is longer than %(limit)s characters: shorten it."),
    "too_many": _("There are more than %(limit)s of these: remove some."),
    "too_nested": _("Conditions are nested more than %(limit)s deep: write fewer levels."),
    "path_or_text": _("Give a path or a text: one of the two."),
    "path_not_understood": _(
        "This is not a JSON path (RFC 9535)%(at)s: write one like $.customer.phone."
    ),
    "path_too_long": _("The path is too long: at most 200 characters and 24 steps."),
    "path_too_wide": _(
        "The path would visit the event more than once (“%(detail)s”): use one “..” at most, one "
        "name per bracket, and filters that begin with @ and have no filter inside."
    ),
    "pattern_not_understood": _(
        "The pattern is not understood: use the syntax of RE2, without look-around and "
        "back-references, at most 200 characters."
    ),
    "date_pattern": _(
        "The pattern of the date is not understood: use yyyy, yy, MM, M, dd, d, HH, H, mm, ss and "
        "signs; put words in single quotes."
    ),
    "unknown_zone": _("“%(zone)s” is not a time zone: write one like Asia/Ho_Chi_Minh."),
    "bad_slot_name": _("“%(name)s” cannot be a slot's name."),
    "steps_not_understood": _(
        "The steps are not understood: write them as last_word | shorten length=20, texts with "
        "spaces in double quotes."
    ),
    "option_without": _("“%(word)s” is no option: write name=value."),
    "join_without": _('Say what is written between the values: join with=", ".'),
}

EVENT_MESSAGES: Mapping[str, str] = {
    "not_utf8": _(
        "The body is not UTF-8 (byte %(position)s): the platform must encode it as UTF-8."
    ),
    "not_json": _("The body is not JSON: line %(line)s, column %(column)s."),
    "too_deep": _("The body is nested deeper than %(limit)s levels, or holds a number too long."),
    "not_an_object": _("The body is neither a JSON object nor a list."),
    "no_event_name": _(
        "The event has no name at %(where)s: check where the source reads it, or what was sent."
    ),
    "no_mapping": _("No mapping of the source is for the event “%(event)s”: make one."),
    "source_off": _("The source was off when the event came: switch it on and run it again."),
    "mappings_off": _("Every mapping for “%(event)s” is off or has no active version."),
    "condition_not_met": _("The conditions were not met."),
    "other_event": _("It is for other events: %(events)s."),
    "mapping_off": _("The mapping is off."),
    "no_active_version": _("The mapping has no active version: activate its draft."),
    "value_missing": _("There is nothing at %(path)s, and no default: check the path."),
    "not_a_value": _("At %(path)s is an object or a list: point to a string or a number in it."),
    "not_a_time": _("“%(value)s” at %(path)s is not a time: ISO 8601 or seconds since 1970."),
    "not_an_amount": _("“%(value)s” at %(path)s is not an amount."),
    "too_late": _("The time to send was over by %(minutes)s minutes: nothing is sent that late."),
    "value_too_long": _("The value at %(path)s is longer than %(limit)s characters."),
    "sent_before": _("There was a message for this already: one per %(path)s."),
    "internal_error": _("Something went wrong here: it is tried again by itself."),
}

SIGNATURE_MESSAGES: Mapping[str, str] = {
    "signature_missing": _("The request has no header %(header)s: the platform must sign."),
    "signature_malformed": _("The signature in %(header)s cannot be read: check the scheme."),
    "signature_wrong": _("The signature fits none of the source's secrets: check the secret."),
    "timestamp_missing": _("The request has no time in %(header)s: check the scheme."),
    "timestamp_old": _(
        "The request was signed %(seconds)s seconds ago or ahead: check the clocks."
    ),
    "address_not_allowed": _("Requests from this address are not accepted by the source."),
}
