"""What a pack says besides its rules, in sentences: refusals, help, consent, records, changes."""

from collections.abc import Mapping
from typing import Any

from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from compliance.constants import ConsentMethod, Purpose, Reach
from compliance.rule_packs import changes, model

_ELEMENTS = {
    "brand": gettext_lazy("the brand"),
    "frequency": gettext_lazy("how often messages come"),
    "help": gettext_lazy("where to get help"),
    "stop": gettext_lazy("how to refuse"),
    "rates": gettext_lazy("what it costs"),
}
_KEPT = {
    "evidence": gettext_lazy("evidence of consent"),
    "metadata": gettext_lazy("message data"),
    "body": gettext_lazy("texts"),
    "refusal": gettext_lazy("refusals"),
    "log": gettext_lazy("the audit log"),
}


def pack_policies(pack: model.Pack) -> tuple[tuple[str, str], ...]:
    """Name and sentence of each policy, in the reader's language."""
    return (
        (_("A refusal by reply"), optout_sentence(pack.optout)),
        *(
            (
                _("A refusal by reply from %(day)s")
                % {"day": date_format(change.effective_from, "DATE_FORMAT")},
                f"{optout_sentence(change.policy)} ({change.citation})",
            )
            for change in pack.optout_changes
        ),
        (_("The confirmation of a refusal"), _texts(pack.optout.ack_texts)),
        (_("The answer to a call for help"), _texts(pack.help.texts)),
        (_("How consent may be given"), _methods(pack.optin)),
        (_("The confirmation of consent"), _confirmation(pack.optin)),
        (_("Languages of replies"), ", ".join(pack.languages)),
        (_("Long messages"), _concatenation(pack)),
        (_("Records are kept"), _records(pack.retention)),
    )


def optout_sentence(policy: model.OptOutPolicy) -> str:
    """What a refusal does, and by when."""
    sentences = [
        _("It stops: %(purpose)s.") % {"purpose": Purpose(policy.purpose).label},
        _("It reaches: %(reach)s.") % {"reach": Reach(policy.reach).label},
        _("The law wants it at once.")
        if policy.deadline_hours == 0
        else _("The law allows %(time)s; here it holds at once.")
        % {"time": _hours(policy.deadline_hours)},
        _("A reply that only reads like a refusal is decided by a person within %(time)s.")
        % {"time": _hours(policy.review_hours)},
    ]
    if policy.ack_once:
        sentences.append(_("It is confirmed once."))
    return " ".join(sentences)


def change_sentence(change: changes.ComingChange, rule_sentence: str = "") -> str:
    """A coming change in a sentence; `rule_sentence` is what the rule asks, where it is of one."""
    data = dict(change.data)
    if change.kind == changes.RULE_BEGINS:
        return _("Begins: %(rule)s") % {"rule": rule_sentence or change.subject}
    if change.kind == changes.RULE_ENDS:
        return _("Ends: %(rule)s") % {"rule": rule_sentence or change.subject}
    if change.kind == changes.HOLIDAYS_END:
        return _("No public holidays are listed from here on: load a pack that has them.")
    if change.kind == changes.PACK_ENDS:
        return _("These rules end; a new version is needed by then")
    return _(
        "A refusal by reply stops %(purpose)s and reaches: %(reach)s. Until then: %(before)s."
    ) % {
        "purpose": _inside(Purpose(data["purpose"]).label),
        "reach": _inside(Reach(data["reach"]).label),
        "before": ", ".join(
            _inside(label)
            for label in (Purpose(data["purpose_before"]).label, Reach(data["reach_before"]).label)
        ),
    }


def _inside(label: Any) -> str:
    """A label as it stands in the middle of a sentence."""
    text = str(label)
    return text[:1].lower() + text[1:]


def _hours(hours: int) -> str:
    days, rest = divmod(hours, 24)
    if days > 1 and not rest:
        return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
    return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}


def _months(months: int) -> str:
    return ngettext("%(count)d month", "%(count)d months", months) % {"count": months}


def _texts(texts: Mapping[str, str]) -> str:
    return " · ".join(f"{language}: “{text}”" for language, text in texts.items())


def _methods(policy: model.OptInPolicy) -> str:
    return ", ".join(str(ConsentMethod(name).label) for name in policy.methods) or "–"


def _confirmation(policy: model.OptInPolicy) -> str:
    named = get_text_list(
        [str(_ELEMENTS.get(name, name)) for name in policy.confirmation_elements], _("and")
    )
    text = _("Required.") if policy.confirmation_required else _("Not required.")
    return text + " " + _("It names %(elements)s.") % {"elements": named} if named else text


def _concatenation(pack: model.Pack) -> str:
    if pack.is_concatenation_allowed:
        return _("Messages of several segments are allowed.")
    return _("Messages of several segments are not allowed.")


def _records(policy: model.RetentionPolicy) -> str:
    kept: Mapping[str, int | None] = {
        "evidence": policy.evidence_months,
        "metadata": policy.metadata_months,
        "body": policy.body_months,
        "refusal": policy.refusal_months,
        "log": policy.log_months,
    }
    basis = {one.kind: one for one in policy.basis}
    return "; ".join(_kept(kind, months, basis.get(kind)) for kind, months in kept.items()) + "."


def _kept(kind: str, months: int | None, basis: Any) -> str:
    time = _("for good") if months is None else _months(months)
    text = _("%(kind)s: %(time)s") % {"kind": _KEPT[kind], "time": time}
    if basis is None:
        return text
    least = (
        _("at least %(time)s") % {"time": _months(basis.least_months)}
        if basis.least_months
        else _("no fixed term")
    )
    return f"{text} ({least}: {basis.citation})"
