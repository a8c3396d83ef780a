"""The audit log as people read it: sentences, names of objects, links of the chain."""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from compliance.audit_sentences import (
    KINDS,
    PAGE_SENTENCES,
    PAPER_STEPS,
    PAPERS,
    SENTENCES,
)
from compliance.constants import Role
from compliance.models import AuditEntry, ChainLink
from compliance.selectors.access import visible

# A transaction's entries lie close together; a link is looked for this far before an entry.
_LINK_REACH = 10_000
_MOST_NAMES, _MOST_VERSIONS = 50, 200
# Models whose objects are found by their names, and the field that holds it.
_NAMES = {
    "apikey": "name",
    "campaign": "name",
    "contactimport": "file_name",
    "contactlist": "name",
    "contentrule": "name",
    "sender": "address",
    "template": "name",
}


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One entry for a reader. `model` ("app.model") and `pk` are its object's, where it is known;
    `name` is what it is called now, or was."""

    entry: AuditEntry
    who: str
    sentence: str
    name: str
    model: str
    pk: str


def audit_lines(entries: Sequence[AuditEntry]) -> list[AuditLine]:
    """The entries in the reader's language; one query per kind of object."""
    objects = _objects(entries)
    return [_line(entry, objects.get(entry.subject)) for entry in entries]


def audit_kinds() -> list[tuple[str, str]]:
    """What entries are about, as (beginning of the action, words)."""
    kinds = {action.partition(".")[0] for action in SENTENCES}
    return sorted(((kind, kind_words(kind)) for kind in kinds), key=lambda pair: pair[1])


def kind_words(kind: str) -> str:
    """A kind of object in the reader's language, such as “template version”."""
    model = _model(kind)
    if model is not None:
        return str(model._meta.verbose_name)
    extra = {
        "audit": _("audit log"),
        "chain": _("chained book"),
        "refusal": _("possible refusal"),
        "retention": _("retention"),
        "rules": _("trial of rules"),
        "suppressions": _("suppressions"),
        "number": _("number"),
        "proof": _("proof pack"),
        "reply": _("reply"),
        "role": _("role"),
    }
    return extra.get(kind, kind.replace("_", " "))


def actions_of(kind: str) -> list[str]:
    """The actions of a kind; also those of pages, which name the model itself."""
    name = kind.replace("_", "")
    pages = [f"{name}.{verb}" for verb in (*PAGE_SENTENCES, *PAPER_STEPS)]
    if kind == "sender":
        pages += [f"sender_{paper}.{step}" for paper in PAPERS for step in PAPER_STEPS]
    return [action for action in SENTENCES if action.partition(".")[0] == kind] + pages


def audit_search(rows: QuerySet[AuditEntry], term: str, user: Any) -> QuerySet[AuditEntry]:
    """Entries about an object (`campaign:12`, a message's id, a name) or by a person's user
    name; every way is an index of its own."""
    found = Q(actor__username=term) | Q(action=term)
    kind, separator, key = term.partition(":")
    if separator and kind and key:
        found |= Q(subject=term)
    if (message_id := _uuid(term)) is not None:
        found |= Q(subject__in=[f"message:{message_id}"])
    else:
        found |= Q(subject__in=_subjects_named(term, user))
    return rows.filter(found)


def links_of(entries: Collection[AuditEntry]) -> Mapping[int, int]:
    """By entry the number of its link in the account's chain; unknown ones are absent."""
    if not entries:
        return {}
    ids = [entry.pk for entry in entries]
    accounts = {entry.account_id for entry in entries}
    links = ChainLink.objects.filter(
        Q(account_id__in=accounts - {None}) | (Q(account=None) if None in accounts else Q(pk=None)),
        chain="audit",
        first_row__range=(min(ids) - _LINK_REACH, max(ids)),
        transaction__in={entry.transaction for entry in entries},
    )
    numbers: dict[tuple[int | None, int], int] = {
        (account_id, transaction): number
        for account_id, transaction, number in links.values_list(
            "account_id", "transaction", "number"
        )
    }
    return {
        entry.pk: numbers[entry.account_id, entry.transaction]
        for entry in entries
        if (entry.account_id, entry.transaction) in numbers
    }


@dataclass(frozen=True, slots=True)
class AuditWanted:
    """What a caller asks for; empty is everything."""

    action: str = ""
    subject: str = ""
    actor: str = ""
    after: datetime | None = None
    before: datetime | None = None


def audit_page(
    account_id: int, wanted: AuditWanted, *, before_id: int | None, limit: int
) -> list[AuditEntry]:
    """Up to `limit` entries of the account older than `before_id`, newest first."""
    rows = AuditEntry.objects.filter(account_id=account_id).select_related("actor")
    if wanted.action:
        exact = "." in wanted.action
        rows = rows.filter(action__in=[wanted.action] if exact else actions_of(wanted.action))
    if wanted.subject:
        rows = rows.filter(subject=wanted.subject)
    if wanted.actor:
        rows = rows.filter(actor__username=wanted.actor)
    if wanted.after is not None:
        rows = rows.filter(at__gte=wanted.after)
    if wanted.before is not None:
        rows = rows.filter(at__lt=wanted.before)
    if before_id is not None:
        rows = rows.filter(pk__lt=before_id)
    return list(rows.order_by("-pk")[:limit])


def who_of(entry: AuditEntry) -> str:
    """The person's name, the API key's beginning, or the system."""
    if entry.actor is not None:
        return entry.actor.get_full_name() or entry.actor.get_username()
    key = (entry.detail.get("caller") or {}).get("api_key")
    return _("The API key %(key)s…") % {"key": key} if key else _("The system")


def _line(entry: AuditEntry, found: Model | None) -> AuditLine:
    detail = entry.detail if isinstance(entry.detail, dict) else {}
    kind, _colon, pk = entry.subject.partition(":")
    name = str(found) if found is not None else str(detail.get("name") or entry.subject)
    who = who_of(entry)
    values = {key: _shown(value) for key, value in detail.items()}
    values |= {"who": who, "object": name, "kind": kind_words(kind)}
    template = getattr(found, "template", None)
    if template is not None:
        values["template"] = str(template)
    if "role" in values:
        values["role"] = str(Role(values["role"]).label) if values["role"] in Role.values else "?"
    if entry.action == "user.sign_in_refused":
        values.setdefault("username", _("an unknown name"))
    model = _model(kind)
    label = model._meta.label_lower if model is not None and found is not None else ""
    return AuditLine(entry, who, _sentence(entry.action, values), name, label, pk)


def _sentence(action: str, values: Mapping[str, str]) -> str:
    kind, _dot, verb = action.partition(".")
    template = SENTENCES.get(action, "")
    paper = PAPERS.get(kind.removeprefix("sender_"), "")
    if not template and paper and verb in PAPER_STEPS:
        return _(PAPER_STEPS[verb]) % _Values(values, paper=_(paper))
    template = template or PAGE_SENTENCES.get(verb, "")
    if not template:
        return f"{values['who']}: {action} {values['object']}".strip()
    return _(template) % _Values(values)


class _Values(dict[str, str]):
    """An old entry may lack a detail that today's sentence names."""

    def __missing__(self, key: str) -> str:
        return "–"


def _shown(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return "; ".join(str(one) for one in value)
    return str(value)


def _objects(entries: Iterable[AuditEntry]) -> dict[str, Model]:
    """By `kind:id` the objects that still exist."""
    wanted: dict[str, set[str]] = {}
    for entry in entries:
        kind, separator, pk = entry.subject.partition(":")
        if separator:
            wanted.setdefault(kind, set()).add(pk)
    found: dict[str, Model] = {}
    for kind, keys in wanted.items():
        model = _model(kind)
        if model is not None:
            rows = _rows(model, keys)
            found |= {f"{kind}:{row.pk}": row for row in rows}
    return found


def _rows(model: type[Model], keys: Collection[str]) -> list[Model]:
    rows = model._default_manager.all()
    if model._meta.managed:  # names of registrations and versions are made of what they belong to
        rows = rows.select_related()
    if model._meta.model_name == "document":
        rows = rows.defer("content")
    try:
        return list(rows.filter(pk__in=keys))
    except (ValueError, ValidationError):  # a key of another time
        return []


@cache
def _models() -> dict[str, type[Model]]:
    return {
        str(model._meta.model_name): model
        for model in apps.get_models()
        if not model.__name__.startswith("Historical")
    }


def _model(kind: str) -> type[Model] | None:
    """The model that entries call by this name, whichever app has it."""
    name = kind.replace("_", "")
    return _models().get(KINDS.get(name, name))


def _subjects_named(term: str, user: Any) -> list[str]:
    """Objects whose name contains the words, as entries call them."""
    kind_of = {model: kind for kind, model in KINDS.items()} | {"contentrule": "content_rule"}
    found: list[str] = []
    for name, field in _NAMES.items():
        model = _models()[name]
        rows = visible(model._default_manager.all(), user).filter(**{f"{field}__icontains": term})
        keys = list(rows.values_list("pk", flat=True)[:_MOST_NAMES])
        found += [f"{kind_of.get(name, name)}:{key}" for key in keys]
        if name == "template" and keys:
            versions = _models()["templateversion"]._default_manager.filter(template__in=keys)
            newest = versions.order_by("-pk").values_list("pk", flat=True)[:_MOST_VERSIONS]
            found += [f"template_version:{key}" for key in newest]
    return found


def _uuid(term: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(term)
    except ValueError:
        return None
