"""Vendor parameters that would have no value: found before anything is sent, not while composing.

Customers read this, so it names neither carriers nor binds (invariant 9).
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carriers.constants import BindType, TlvSource
from carriers.models import Bind
from carriers.vendor_tlvs import TlvRule, TlvValueError, entity_chain, tlv_octets, tlv_rules
from compliance.models import Advertiser
from messaging.models import TemplateRegistration, TemplateVersion
from routing.constants import PaperState, RegistrationState
from routing.models import Sender, SenderRegistration

# Field, what it is called, and where it is written; what every message has is not here.
_PLACES: Final[Mapping[TlvSource, tuple[str, Promise, Promise]]] = {
    TlvSource.ADVERTISER_ENTITY: (
        "advertiser.entity_id",
        gettext_lazy("the entity id of the advertiser"),
        gettext_lazy("Write it on the advertiser's page."),
    ),
    TlvSource.ADVERTISER_NAME: (
        "advertiser.name",
        gettext_lazy("the brand of the advertiser"),
        gettext_lazy("Write it on the advertiser's page."),
    ),
    TlvSource.ADVERTISER_REGISTRATION: (
        "advertiser.registration_number",
        gettext_lazy("the registration number of the advertiser"),
        gettext_lazy("Write it on the advertiser's page."),
    ),
    TlvSource.SENDER_REGISTRATION: (
        "sender_registration.reference",
        gettext_lazy("the reference under which the sender is registered"),
        gettext_lazy("Write it with the approved registration of the sender."),
    ),
    TlvSource.TEMPLATE_REGISTRATION: (
        "template_registration.reference",
        gettext_lazy("the reference under which the template is registered"),
        gettext_lazy("Write it with the template's registration, or have it registered."),
    ),
    TlvSource.TEMPLATE_SLUG: (
        "template.slug",
        gettext_lazy("the short name of the template"),
        gettext_lazy("Write it on the template's page."),
    ),
}


@dataclass(frozen=True, slots=True)
class MissingParameter:
    """A value that an operator wants with every message, and that is not there or does not fit."""

    field: str
    rule: str
    fix: str


def parameters_missing(
    *, carrier_ids: Collection[int], sender: Sender, version: TemplateVersion
) -> list[MissingParameter]:
    """What the binds of these carriers demand and the advertiser, sender or template of a message
    does not have: their messages would be refused there."""
    rules = [rule for rule in _required(carrier_ids) if _source(rule) in _PLACES]
    values = _Values(sender, version) if rules else None
    found: dict[TlvSource, MissingParameter] = {}
    for rule in rules:
        if values is not None and not values.fits(rule):
            found.setdefault(_source(rule), _missing(rule, values.of(_source(rule))))
    return list(found.values())


def _required(carrier_ids: Collection[int]) -> Iterator[TlvRule]:
    rows = Bind.objects.filter(carrier_id__in=carrier_ids, is_enabled=True)
    stored = rows.exclude(bind_type=BindType.RECEIVER).values_list("vendor_tlvs", flat=True)
    for one in stored:
        try:
            yield from (rule for rule in tlv_rules(one or []) if rule.is_required)
        except TlvValueError:  # the bind's own check says so
            continue


def _source(rule: TlvRule) -> TlvSource:
    """A hash of the entity id has what the entity id has."""
    is_chain = rule.source is TlvSource.ENTITY_CHAIN
    return TlvSource.ADVERTISER_ENTITY if is_chain else rule.source


class _Values:
    """The values as composing finds them; a registration with any network will do."""

    def __init__(self, sender: Sender, version: TemplateVersion) -> None:
        self._sender, self._version = sender, version
        self._advertiser: Advertiser = version.template.advertiser
        self._found: dict[TlvSource, str] = {}
        self._readers: dict[TlvSource, Callable[[], str]] = {
            TlvSource.ADVERTISER_ENTITY: lambda: self._advertiser.entity_id,
            TlvSource.ADVERTISER_NAME: lambda: self._advertiser.name,
            TlvSource.ADVERTISER_REGISTRATION: lambda: self._advertiser.registration_number,
            TlvSource.TEMPLATE_SLUG: lambda: self._version.template.slug,
            TlvSource.SENDER_REGISTRATION: self._sender_reference,
            TlvSource.TEMPLATE_REGISTRATION: self._template_reference,
        }

    def of(self, source: TlvSource) -> str:
        """The value, "" where there is none."""
        if source not in self._found:
            self._found[source] = self._readers[source]() or ""
        return self._found[source]

    def fits(self, rule: TlvRule) -> bool:
        """Whether the parameter could be written."""
        value = self.of(_source(rule))
        if rule.source is TlvSource.ENTITY_CHAIN:
            value = entity_chain(value, rule.value)
        try:
            return bool(value and tlv_octets(rule, value))
        except TlvValueError:
            return False

    def _sender_reference(self) -> str:
        rows = SenderRegistration.objects.filter(sender=self._sender, state=PaperState.APPROVED)
        return _newest(
            rows.exclude(reference="").order_by("-pk").values_list("reference", flat=True)
        )

    def _template_reference(self) -> str:
        rows = TemplateRegistration.objects.filter(
            version=self._version, state=RegistrationState.REGISTERED
        )
        return _newest(
            rows.exclude(reference="").order_by("-pk").values_list("reference", flat=True)
        )


def _newest(references: Iterable[str]) -> str:
    return next(iter(references), "")


def _missing(rule: TlvRule, value: str) -> MissingParameter:
    field, name, fix = _PLACES[_source(rule)]
    if value:
        text = _(
            "An operator on this way wants %(name)s with every message, and “%(value)s” does not"
            " fit its form."
        )
    else:
        text = _("An operator on this way wants %(name)s with every message, and there is none.")
    return MissingParameter(field, text % {"name": name, "value": value}, str(fix))
