"""Where a version stands with the networks that matter to it, as pages show it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain

from django.db.models import QuerySet

from config.common import clock
from messaging.constants import VersionStatus
from messaging.models import Template, TemplateRegistration, TemplateVersion
from messaging.selectors.registrations import deciding_registrations
from messaging.selectors.snapshot import Snapshot, snapshots
from routing.constants import RegistrationState
from routing.network_texts import NetworkText

EXPIRES_SOON = timedelta(days=30)
# A draft still changes, and what was rejected or withdrawn is not sent.
REGISTRABLE = frozenset(
    {
        VersionStatus.SUBMITTED,
        VersionStatus.STAGED,
        VersionStatus.APPROVED,
        VersionStatus.RETIRED,
    }
)


@dataclass(frozen=True, slots=True)
class Standing:
    """A version with one network. `registration` is None where nobody recorded any; it may be of
    another version with the same text (`from_number`). `days_left` is 0 on its last day."""

    network_id: int
    network_name: str
    is_demanded: bool
    registration: TemplateRegistration | None
    from_number: int | None
    is_valid: bool
    days_left: int | None

    @property
    def stops_messages(self) -> bool:
        """Whether messages to this network are blocked for want of a registration."""
        return self.is_demanded and not self.is_valid

    @property
    def expires_soon(self) -> bool:
        """Whether it ends within 30 days."""
        return self.is_valid and self.days_left is not None and self.days_left <= EXPIRES_SOON.days


def standings_of(version: TemplateVersion) -> list[Standing]:
    """Networks that demand a registration of the version, and those that have one, by name."""
    snapshot = snapshots.current()
    demanding = {rule.network_id: rule for rule in demanding_rules(snapshot, version.template)}
    held = _held(version)
    names = {network_id: rule.network_name for network_id, rule in demanding.items()}
    names |= {network_id: row.network.name for network_id, row in held.items()}
    found = [
        _standing(snapshot, version, network_id, name, network_id in demanding, held)
        for network_id, name in names.items()
    ]
    return sorted(found, key=lambda one: (not one.is_demanded, one.network_name))


def demanding_rules(snapshot: Snapshot, template: Template) -> list[NetworkText]:
    """The rules of networks that would refuse an unregistered text of this template: those its
    account can write to for the class, from a sender whose texts are looked at."""
    senders = [
        sender
        for sender in snapshot.senders.values()
        if sender.account_id == template.account_id
        and template.message_class in sender.message_classes
        and sender.is_usable
    ]
    return [
        rule
        for rule in snapshot.network_texts.values()
        if rule.message_class == template.message_class
        and any(
            sender.country == rule.country and rule.demands_registration_from(sender.kind)
            for sender in senders
        )
    ]


def missing_networks(versions: Iterable[TemplateVersion]) -> dict[int, list[str]]:
    """By version the names of networks that demand a registration it does not have; of the
    snapshot, without a query for each."""
    found: dict[int, list[str]] = {}
    versions = list(versions)
    if not versions:
        return found
    snapshot, now = snapshots.current(), clock.now()
    demands: dict[tuple[int, str], list[NetworkText]] = {}  # versions of an account are alike
    for version in versions:
        key = (version.template.account_id, version.template.message_class)
        if key not in demands:
            demands[key] = demanding_rules(snapshot, version.template)
        names = [
            rule.network_name
            for rule in demands[key]
            if not _is_registered(snapshot, version.pk, rule, now)
        ]
        if names:
            found[version.pk] = sorted(names)
    return found


def _is_registered(snapshot: Snapshot, version_id: int, rule: NetworkText, now: datetime) -> bool:
    key = (version_id, rule.network_id)
    if key not in snapshot.template_registrations:
        return False
    last_day = snapshot.template_registrations[key]
    return last_day is None or snapshot.rulebook.rules_for(rule.country, now).on <= last_day


def _held(version: TemplateVersion) -> dict[int, TemplateRegistration]:
    rows = list(
        TemplateRegistration.objects.filter(version__template_id=version.template_id)
        .select_related("network", "version__template")
        .order_by("pk")
    )
    versions = {one.pk: one for one in chain((row.version for row in rows), (version,))}
    deciding = deciding_registrations(versions.values(), rows)
    return {
        network_id: row
        for (version_id, network_id), row in deciding.items()
        if version_id == version.pk
    }


def _standing(
    snapshot: Snapshot,
    version: TemplateVersion,
    network_id: int,
    name: str,
    is_demanded: bool,
    held: dict[int, TemplateRegistration],
) -> Standing:
    row = held.get(network_id)
    left = None
    if row is not None and row.expires_on is not None:
        today = snapshot.rulebook.rules_for(row.network.country, clock.now()).on
        left = (row.expires_on - today).days
    is_over = left is not None and left < 0
    return Standing(
        network_id=network_id,
        network_name=name,
        is_demanded=is_demanded,
        registration=row,
        from_number=row.version.number if row and row.version_id != version.pk else None,
        is_valid=row is not None and row.state == RegistrationState.REGISTERED and not is_over,
        days_left=left,
    )


def registrable(versions: QuerySet[TemplateVersion]) -> QuerySet[TemplateVersion]:
    """Versions whose text stays and is or may be sent; the newest of each template first."""
    rows = versions.filter(status__in=REGISTRABLE).select_related("template__account")
    return rows.order_by("template__account__name", "template__name", "-number")


def expiring(
    rows: QuerySet[TemplateRegistration], *, since: date, until: date
) -> QuerySet[TemplateRegistration]:
    """Registered ones whose last day is one of these."""
    return rows.filter(
        state=RegistrationState.REGISTERED, expires_on__gte=since, expires_on__lte=until
    )
