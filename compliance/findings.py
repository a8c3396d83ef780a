"""What a rule found: codes and values, with the sentences a person reads.

The sentences are only marked here, so that this stays free of Django: a door translates
them with `gettext(MESSAGES[finding.message_code]) % dict(finding.params)` and likewise
`FIXES[finding.fix_code]`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from compliance import sender_gaps
from compliance.rule_packs.model import Rule

Values = tuple[tuple[str, str | int], ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """A failed rule. Severity: `block`, `delay` (until its window opens) or `warn`."""

    rule_id: str
    severity: str
    citation: str
    message_code: str
    params: Values
    fix_code: str

    def as_facts(self) -> dict[str, object]:
        """The finding as plain JSON values."""
        return {
            "rule_id": self.rule_id,
            "severity": self.severity,
            "citation": self.citation,
            "message_code": self.message_code,
            "params": dict(self.params),
            "fix_code": self.fix_code,
        }


def finding_of(
    rule: Rule, message_code: str, params: Values = (), *, severity: str | None = None
) -> Finding:
    """The finding of a failed rule; its fix follows from the message."""
    return Finding(
        rule.id,
        severity or rule.severity,
        rule.citation,
        message_code,
        params,
        FIX_OF[message_code],
    )


def gettext_noop(message: str) -> str:
    """Marks a sentence for the catalogues without translating it."""
    return message


MESSAGES: Mapping[str, str] = {
    "suppressed": gettext_noop("The number has asked not to receive these messages."),
    "consent_missing": gettext_noop("There is no consent to this purpose from the number."),
    "consent_revoked": gettext_noop("The number has withdrawn its consent to this purpose."),
    "consent_requested": gettext_noop(
        "The person was asked for consent and has not given an answer."
    ),
    "consent_lapsed": gettext_noop("The consent has ended, or the number may have a new holder."),
    "consent_asked_before": gettext_noop(
        "The number was asked for consent before; it may be asked only once."
    ),
    "promise_reached": gettext_noop(
        "The number has had %(count)s such messages in %(hours)s hours; the person agreed to"
        " %(limit)s."
    ),
    "do_not_call_listed": gettext_noop("The number is on the national do-not-call list."),
    "do_not_call_unknown": gettext_noop(
        "The number was not checked against the national do-not-call list."
    ),
    "register_too_old": gettext_noop(
        "The national do-not-call list is %(hours)s hours old; at most %(limit)s are allowed."
    ),
    "sender_kind_not_allowed": gettext_noop(
        "Messages of this class may not come from this kind of sender."
    ),
    "sender_not_registered": gettext_noop(
        "The sender is not registered for this class on the recipient's network."
    ),
    "sender_number_refused": gettext_noop(
        "Messages of this class may not come from a number (%(sender)s), only from a registered"
        " brandname."
    ),
    "sender_name_refused": gettext_noop(
        "Messages of this class may not come from a name (%(sender)s), only from a number."
    ),
    "sender_number_refused_alone": gettext_noop(
        "Messages of this class may not come from a number (%(sender)s), only from a registered"
        " brandname."
    ),
    "sender_name_refused_alone": gettext_noop(
        "Messages of this class may not come from a name (%(sender)s), only from a number."
    ),
    "sender_network_unknown": gettext_noop(
        "The network of the number is not known, and %(sender)s is registered network by network."
    ),
    "sender_certificate_none": gettext_noop("%(sender)s has no certificate."),
    "sender_certificate_draft": gettext_noop(
        "The certificate of %(sender)s was not applied for: it is a draft since %(day)s."
    ),
    "sender_certificate_submitted": gettext_noop(
        "The certificate of %(sender)s is pending since %(day)s."
    ),
    "sender_certificate_rejected": gettext_noop(
        "The certificate of %(sender)s was refused on %(day)s."
    ),
    "sender_certificate_suspended": gettext_noop(
        "The certificate of %(sender)s is suspended since %(day)s."
    ),
    "sender_certificate_expired": gettext_noop("The certificate of %(sender)s expired on %(day)s."),
    "sender_certificate_not_yet": gettext_noop(
        "The certificate of %(sender)s is valid only from %(day)s."
    ),
    "sender_registration_none": gettext_noop(
        "%(sender)s is not registered with %(network)s for %(message_class)s."
    ),
    "sender_registration_draft": gettext_noop(
        "The registration of %(sender)s with %(network)s for %(message_class)s was not submitted:"
        " it is a draft since %(day)s."
    ),
    "sender_registration_submitted": gettext_noop(
        "The registration of %(sender)s with %(network)s for %(message_class)s is pending since"
        " %(day)s."
    ),
    "sender_registration_rejected": gettext_noop(
        "%(network)s refused to register %(sender)s for %(message_class)s on %(day)s."
    ),
    "sender_registration_suspended": gettext_noop(
        "The registration of %(sender)s with %(network)s for %(message_class)s is suspended since"
        " %(day)s."
    ),
    "sender_registration_expired": gettext_noop(
        "The registration of %(sender)s with %(network)s for %(message_class)s expired on %(day)s."
    ),
    "sender_registration_not_yet": gettext_noop(
        "The registration of %(sender)s with %(network)s for %(message_class)s is valid only from"
        " %(day)s."
    ),
    "sender_program_none": gettext_noop("%(sender)s has no registered program."),
    "sender_program_draft": gettext_noop(
        "The program of %(sender)s was not submitted: it is a draft since %(day)s."
    ),
    "sender_program_submitted": gettext_noop(
        "The program of %(sender)s is not approved: it is pending since %(day)s."
    ),
    "sender_program_rejected": gettext_noop("The program of %(sender)s was refused on %(day)s."),
    "sender_program_suspended": gettext_noop(
        "The program of %(sender)s is suspended since %(day)s."
    ),
    "sender_program_expired": gettext_noop("The program of %(sender)s expired on %(day)s."),
    "sender_program_not_yet": gettext_noop("The program of %(sender)s is valid only from %(day)s."),
    "sender_form": gettext_noop("The sender “%(sender)s” does not have the form that is asked."),
    "template_ids_missing": gettext_noop(
        "Not known of the registration with the regulator's platform: %(ids)s."
    ),
    "link_to_register": gettext_noop(
        "The text has a link (%(found)s); links must be registered with the text."
    ),
    "template_missing": gettext_noop("The text does not come from an approved template."),
    "label_missing": gettext_noop("The text does not begin with an advertising label."),
    "label_not_there": gettext_noop("The text has no advertising label."),
    "opt_out_text_missing": gettext_noop("The text does not say how to refuse further messages."),
    "opt_out_text_not_last": gettext_noop(
        "The text does not end with a clear instruction to refuse further messages."
    ),
    "price_missing": gettext_noop("The text advertises a paid service without its price."),
    "outside_hours": gettext_noop("At this time these messages may not reach the recipient."),
    "cap_reached": gettext_noop(
        "The number has had %(count)s such messages in %(hours)s hours; %(limit)s are allowed."
    ),
    "too_many_segments": gettext_noop(
        "The message has %(segments)s segments; %(limit)s are allowed."
    ),
    "network_refuses_characters": gettext_noop(
        "%(network)s refuses texts with %(characters)s (at %(positions)s)."
    ),
    "network_may_refuse_characters": gettext_noop(
        "%(network)s may refuse texts with %(characters)s (at %(positions)s)."
    ),
    "network_too_long": gettext_noop(
        "With what %(network)s adds the message has %(segments)s segments; it carries %(limit)s."
    ),
    "network_template_unregistered": gettext_noop(
        "The text is not registered with %(network)s, which demands it."
    ),
    # Rules that accounts and the platform set themselves (compliance.content_policy).
    "phrase_forbidden": gettext_noop("The text contains “%(found)s”, which is not allowed."),
    "phrase_missing": gettext_noop("The text does not contain a phrase that it must contain."),
    "phrase_not_first": gettext_noop("The text does not begin with a phrase it must begin with."),
    "phrase_not_last": gettext_noop("The text does not end with a phrase it must end with."),
    "link_domain_not_allowed": gettext_noop("The text links to %(found)s, which is not allowed."),
    "link_look_alike": gettext_noop(
        "The text links to %(found)s, which looks like %(meant)s and is another domain."
    ),
    "link_shortener": gettext_noop(
        "The text has a link of a public shortener: %(found)s. It does not say whose page opens."
    ),
    "link_not_allowed": gettext_noop("The text has a link (%(found)s); none is allowed."),
    "too_many_links": gettext_noop("The text has %(count)s links; %(limit)s are allowed."),
    "brand_missing": gettext_noop("The text does not name the brand it comes from."),
    "too_many_capitals": gettext_noop(
        "%(percent)s %% of the letters are capitals; %(limit)s %% are allowed."
    ),
    "characters_refused": gettext_noop("The text has characters that are refused: %(found)s"),
}

FIXES: Mapping[str, str] = {
    "leave_out": gettext_noop("Leave this number out."),
    "obtain_consent": gettext_noop("Obtain consent and record it, or leave this number out."),
    "check_register": gettext_noop("Import the present list before sending."),
    "choose_sender": gettext_noop("Choose a sender of an allowed kind, such as a brandname."),
    "register_sender": gettext_noop("Register the sender, or choose one that is registered."),
    "choose_brandname": gettext_noop(
        "Choose a registered brandname: %(senders)s. Or register another one."
    ),
    "register_brandname": gettext_noop(
        "Register a brandname for this class and send from it: this account has none in order."
    ),
    "choose_code": gettext_noop("Send it from a number: %(senders)s."),
    "lease_code": gettext_noop(
        "Lease a short code or register a long code: this account has none in order there."
    ),
    "find_network": gettext_noop("Record the network of the number, or leave it out."),
    "obtain_certificate": gettext_noop(
        "Apply for the certificate and record it, or choose another sender."
    ),
    "submit_certificate": gettext_noop("Hand the application in, or choose another sender."),
    "await_certificate": gettext_noop("Wait for the certificate, or choose another sender."),
    "correct_certificate": gettext_noop(
        "Correct the application and hand it in again, or choose another sender."
    ),
    "clear_certificate": gettext_noop("Clear it up with the authority, or choose another sender."),
    "renew_certificate": gettext_noop(
        "Renew the certificate and record the new one, or choose another sender."
    ),
    "obtain_registration": gettext_noop(
        "Register it with %(network)s for this class, or choose a sender that is registered."
    ),
    "submit_registration": gettext_noop(
        "Submit the registration to %(network)s, or choose a sender that is registered."
    ),
    "await_registration": gettext_noop(
        "Wait for %(network)s, or choose a sender that is registered."
    ),
    "correct_registration": gettext_noop(
        "Correct the file and submit it to %(network)s again, or choose a sender that is"
        " registered."
    ),
    "clear_registration": gettext_noop(
        "Clear it up with %(network)s, or choose a sender that is registered."
    ),
    "renew_registration": gettext_noop(
        "Renew the registration with %(network)s, or choose a sender that is registered."
    ),
    "obtain_program": gettext_noop("Register a program for it, or choose another sender."),
    "submit_program": gettext_noop("Submit the program, or choose another sender."),
    "await_program": gettext_noop("Wait for the program's approval, or choose another sender."),
    "correct_program": gettext_noop(
        "Correct the program and submit it again, or choose another sender."
    ),
    "clear_program": gettext_noop("Clear it up with the carriers, or choose another sender."),
    "renew_program": gettext_noop("Renew the program, or choose another sender."),
    "use_template": gettext_noop("Use an approved template of this class."),
    "write_label": gettext_noop("Begin the text with %(write)s."),
    "write_label_in": gettext_noop("Write %(write)s into the text."),
    "write_opt_out": gettext_noop("End the text with, for example: %(write)s."),
    "write_price": gettext_noop("Name the price with its currency."),
    "wait": gettext_noop("Nothing to do: it is sent when the window opens."),
    "send_later": gettext_noop("Send it later."),
    "shorten": gettext_noop("Shorten the text, or write it without marks."),
    "replace_characters": gettext_noop("Write it without these characters."),
    "register_template": gettext_noop("Have the template registered with the network first."),
    "take_out_phrase": gettext_noop("Take it out or say it in other words."),
    "write_phrase": gettext_noop("Write one of: %(write)s"),
    "begin_with_phrase": gettext_noop("Begin the text with one of: %(write)s"),
    "end_with_phrase": gettext_noop("End the text with one of: %(write)s"),
    "link_to_allowed": gettext_noop("Link only to: %(allowed)s"),
    "correct_domain": gettext_noop("Write %(meant)s anew by hand."),
    "write_full_link": gettext_noop("Write the address of the page itself, or your own domain."),
    "take_out_links": gettext_noop("Take links out."),
    "write_small": gettext_noop("Write in small letters."),
}

FIX_OF: Mapping[str, str] = {
    "suppressed": "leave_out",
    "consent_missing": "obtain_consent",
    "consent_revoked": "leave_out",
    "consent_requested": "leave_out",
    "consent_lapsed": "obtain_consent",
    "consent_asked_before": "leave_out",
    "promise_reached": "send_later",
    "register_too_old": "check_register",
    "do_not_call_listed": "leave_out",
    "do_not_call_unknown": "check_register",
    "sender_kind_not_allowed": "choose_sender",
    "sender_not_registered": "register_sender",
    **sender_gaps.codes(),
    "sender_number_refused": "choose_brandname",
    "sender_number_refused_alone": "register_brandname",
    "sender_name_refused": "choose_code",
    "sender_name_refused_alone": "lease_code",
    "sender_network_unknown": "find_network",
    "sender_form": "choose_sender",
    "template_ids_missing": "register_template",
    "link_to_register": "register_template",
    "template_missing": "use_template",
    "label_not_there": "write_label_in",
    "label_missing": "write_label",
    "opt_out_text_missing": "write_opt_out",
    "opt_out_text_not_last": "write_opt_out",
    "price_missing": "write_price",
    "outside_hours": "wait",
    "cap_reached": "send_later",
    "too_many_segments": "shorten",
    "network_refuses_characters": "replace_characters",
    "network_may_refuse_characters": "replace_characters",
    "network_too_long": "shorten",
    "network_template_unregistered": "register_template",
    "phrase_forbidden": "take_out_phrase",
    "phrase_missing": "write_phrase",
    "phrase_not_first": "begin_with_phrase",
    "phrase_not_last": "end_with_phrase",
    "link_domain_not_allowed": "link_to_allowed",
    "link_look_alike": "correct_domain",
    "link_shortener": "write_full_link",
    "link_not_allowed": "take_out_links",
    "too_many_links": "take_out_links",
    "brand_missing": "write_phrase",
    "too_many_capitals": "write_small",
    "characters_refused": "replace_characters",
}
