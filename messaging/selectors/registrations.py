"""Which texts are registered with which networks.

What a network registers is a text, not our number for it: a version whose sent texts, slots and
format equal those of another version of its template shares its registrations, so that going back
to an earlier wording needs no new one.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date

from messaging.constants import VersionStatus
from messaging.models import TemplateRegistration, TemplateVersion
from messaging.wording.grammar import GrammarError, parse
from messaging.wording.rewriting import rewrite_template
from routing.constants import RegistrationState

Registrations = Mapping[tuple[int, int], date | None]  # (version, network) → last day, if any


def registered_form(version: TemplateVersion) -> str:
    """What a network registers of a version; equal for versions that send the same texts."""
    texts = {version.template.language: _sent(version.body, version.rewriting)}
    for variant in version.variants:
        texts[variant["language"]] = _sent(variant["body"], variant.get("rewriting", "none"))
    # An example is for reviewers: the network looks at text and slots.
    slots = [
        {key: value for key, value in slot.items() if key != "example"} for slot in version.slots
    ]
    return json.dumps([texts, slots, version.message_format], sort_keys=True)


def _sent(body: str, rewriting: str) -> list[str]:
    try:
        return list(rewrite_template(parse(body), rewriting).parts)
    except GrammarError:  # an old wording that today's checks would refuse
        return [body]


def deciding_registrations(
    versions: Iterable[TemplateVersion], rows: Iterable[TemplateRegistration]
) -> dict[tuple[int, int], TemplateRegistration]:
    """By (version, network) the registration that holds for the version's text.

    Of several for the same text the newest version's speaks; one that is only pending does not
    take away what an earlier one gave.
    """
    known = {version.pk: version for version in versions}
    forms = {pk: (version.template_id, registered_form(version)) for pk, version in known.items()}
    by_text: dict[tuple[tuple[int, str], int], TemplateRegistration] = {}
    for row in sorted(rows, key=lambda one: known[one.version_id].number, reverse=True):
        key = (forms[row.version_id], row.network_id)
        found = by_text.get(key)
        is_open = found is not None and found.state == RegistrationState.PENDING
        if found is None or (is_open and row.state != RegistrationState.PENDING):
            by_text[key] = row
    networks: dict[tuple[int, str], set[int]] = {}
    for form, network_id in by_text:
        networks.setdefault(form, set()).add(network_id)
    return {
        (pk, network_id): by_text[form, network_id]
        for pk, form in forms.items()
        for network_id in networks.get(form, ())
    }


def template_registrations() -> Registrations:
    """Every version that is registered with a network, with the last day of it; two queries."""
    submitted = TemplateRegistration.objects.exclude(version__status=VersionStatus.DRAFT)
    rows = list(submitted.select_related("version"))
    versions = (
        TemplateVersion.objects.filter(template_id__in={row.version.template_id for row in rows})
        .exclude(status=VersionStatus.DRAFT)
        .select_related("template")
    )
    held = deciding_registrations(versions, rows) if rows else {}
    return {
        key: row.expires_on
        for key, row in held.items()
        if row.state == RegistrationState.REGISTERED
    }
