"""What the console's pages show of sources, mappings and events."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from campaigns.constants import TriggerResult, TriggerVersionStatus
from campaigns.models import TriggerEvent, TriggerMapping, TriggerSource, TriggerVersion
from campaigns.selectors.triggers import active_of, draft_of
from compliance.models import Account
from config.common import clock
from messaging.constants import VersionStatus
from messaging.models import Message, Template, TemplateVersion
from messaging.selectors.snapshot import version_wordings
from routing.models import Sender
from routing.selectors.snapshot import sender_is_usable

RECENT: Final = timedelta(days=7)
_MOST_COUNTED: Final = 10_000


@dataclass(frozen=True, slots=True)
class MappingRow:
    """A mapping as lists show it: what its active version, or else its draft, says."""

    mapping: TriggerMapping
    active: TriggerVersion | None
    draft: TriggerVersion | None

    @property
    def spec(self) -> dict[str, Any]:
        shown = self.active or self.draft
        return shown.spec if shown is not None else {}

    @property
    def events(self) -> str:
        """The events' names; "" for all."""
        found = self.spec.get("events", [])
        return found if isinstance(found, str) else ", ".join(str(one) for one in found)

    @property
    def template(self) -> str:
        return str(self.spec.get("template", ""))

    @property
    def state(self) -> str:
        """on, off, draft (never activated)."""
        if self.active is None:
            return "draft"
        return "on" if self.mapping.is_enabled else "off"


def mapping_row(mapping: TriggerMapping) -> MappingRow:
    """Of a mapping whose versions are prefetched."""
    return MappingRow(mapping, active_of(mapping), draft_of(mapping))


def mapping_rows(source: TriggerSource) -> list[MappingRow]:
    """The source's mappings by name."""
    found = source.mappings.order_by("name").prefetch_related("versions")
    return [mapping_row(one) for one in found]


def recent_counts(source: TriggerSource) -> tuple[list[tuple[TriggerResult, int]], bool]:
    """Events of the last seven days by result, at most the last 10,000; and whether there are more
    than that."""
    rows = TriggerEvent.objects.filter(source=source, received_at__gte=clock.now() - RECENT)
    counts = Counter(rows.order_by("-id").values_list("result", flat=True)[:_MOST_COUNTED])
    found = [(one, counts[one.value]) for one in TriggerResult if counts[one.value]]
    return found, counts.total() == _MOST_COUNTED


def versions_of(mapping: TriggerMapping) -> list[TriggerVersion]:
    """Newest first, with who wrote and activated them."""
    return list(
        mapping.versions.select_related("created_by", "activated_by").order_by("-number")[:50]
    )


@dataclass(frozen=True, slots=True)
class Text:
    """A template that a mapping may name; `slots` of its approved version, else of its newest."""

    slug: str
    name: str
    message_class: str
    is_approved: bool
    slots: tuple[str, ...]
    body: str


def texts_of(account: Account) -> list[Text]:
    """The account's templates by name."""
    heads = Template.objects.filter(account=account).order_by("name")
    versions: dict[int, TemplateVersion] = {}
    rows = TemplateVersion.objects.filter(template__account=account).select_related("template")
    for one in rows.order_by("template_id", "number"):
        known = versions.get(one.template_id)
        if known is None or known.status != VersionStatus.APPROVED:
            versions[one.template_id] = one
    return [_text(head, versions.get(head.pk)) for head in heads]


def _text(head: Template, version: TemplateVersion | None) -> Text:
    return Text(
        slug=head.slug,
        name=head.name,
        message_class=str(head.get_message_class_display()),
        is_approved=version is not None and version.status == VersionStatus.APPROVED,
        slots=_slots(version),
        body=version.body if version is not None else "",
    )


def _slots(version: TemplateVersion | None) -> tuple[str, ...]:
    if version is None:
        return ()
    try:
        return tuple(version_wordings(version).slots)
    except (KeyError, ValueError):  # a draft that is not finished
        return ()


def senders_of(account: Account) -> list[Sender]:
    """Senders of the account that may be used today."""
    today = clock.now().date()
    rows = Sender.objects.filter(account=account).order_by("address")
    return [row for row in rows if sender_is_usable(row, today)]


def source_has_active(source: TriggerSource) -> bool:
    """Whether events of the source can become messages."""
    versions = TriggerVersion.objects.filter(
        mapping__source=source,
        mapping__is_enabled=True,
        status=TriggerVersionStatus.ACTIVE,
    )
    return source.is_enabled and versions.exists()


def message_states(ids: Iterable[str]) -> dict[str, str]:
    """The states of messages by id, of those that are still kept."""
    found = Message.objects.filter(pk__in=list(ids)).values_list("pk", "status")
    return {str(pk): status for pk, status in found}
