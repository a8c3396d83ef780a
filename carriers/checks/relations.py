"""Options that only make sense together."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from carriers.checks.values import Problem
from carriers.constants import (
    AddressForm,
    BindKind,
    CharacterPolicy,
    IdForm,
    InterfaceVersion,
    LongMessages,
    SourcePolicy,
)
from carriers.models import Bind
from carriers.options import label_of

_LARGEST_PASSWORD = 16
_NATIONAL = {AddressForm.NATIONAL, AddressForm.BARE}
_GSM7 = "gsm7"
_PARAMETERS = {LongMessages.SAR, LongMessages.PAYLOAD}


def relation_problems(bind: Bind) -> Iterator[Problem]:
    """Across fields: what one choice demands of another."""
    yield from _identity(bind)
    yield from _timers(bind)
    yield from _addresses(bind)
    yield from _texts(bind)
    yield from _ids(bind)


def _identity(bind: Bind) -> Iterator[Problem]:
    if bind.kind != BindKind.SMPP:
        return
    if not bind.host.strip():
        yield Problem(
            "host",
            _("An SMPP bind needs the address of its SMSC."),
            _("Write the name or IP address from the operator's sheet."),
        )
    if not bind.system_id:
        yield Problem(
            "system_id",
            _("An SMPP bind needs a login name."),
            _("Write the system_id from the operator's sheet."),
        )
    if len(bind.password) > _LARGEST_PASSWORD:
        yield Problem(
            "password",
            _("A password has at most %(limit)d characters.") % {"limit": _LARGEST_PASSWORD},
            _("Ask the operator for a shorter one."),
        )
    if not (bind.password + bind.system_id + bind.system_type).isascii():
        yield Problem(
            "password",
            _("Login name, password and system_type have only ASCII characters."),
            _("Copy them anew from the sheet."),
        )


def _timers(bind: Bind) -> Iterator[Problem]:
    if bind.reconnect_cap_seconds < bind.reconnect_base_seconds:
        yield Problem(
            "reconnect_cap_seconds",
            _("The longest delay is shorter than the first one (%(first)g s).")
            % {"first": bind.reconnect_base_seconds},
            _("Write at least the first delay."),
        )
    if 0 < bind.inactivity_timer_seconds < bind.enquire_link_timer_seconds:
        yield Problem(
            "inactivity_timer_seconds",
            _("The bind would end before the SMSC is asked whether it lives."),
            _("Write more than the enquire_link timer (%(timer)g s), or 0.")
            % {"timer": bind.enquire_link_timer_seconds},
        )


def _addresses(bind: Bind) -> Iterator[Problem]:
    if bind.source_policy == SourcePolicy.FIXED and not bind.fixed_source.strip():
        yield Problem(
            "fixed_source", _("No fixed sender is named."), _("Write the address all senders get.")
        )
    if bind.source_policy == SourcePolicy.ALLOWED and not bind.allowed_sources:
        yield Problem(
            "allowed_sources",
            _("The list is empty, so that nothing could leave."),
            _("Write at least one sender, or let every sender leave."),
        )
    is_national = {bind.source_form, bind.destination_form} & _NATIONAL
    code = bind.country_code
    if (is_national and not code) or (code and not code.isdecimal()):
        yield Problem(
            "country_code",
            _("National forms leave out a country code of one to three digits."),
            _("Write it without plus sign, such as 84 for Vietnam."),
        )


def _texts(bind: Bind) -> Iterator[Problem]:
    if bind.default_alphabet != _GSM7:
        for name in ("single_shifts", "locking_shifts", "packs_gsm7"):
            if getattr(bind, name):
                yield Problem(name, *_only_gsm7(name))
    if bind.character_policy != CharacterPolicy.KEEP and not bind.forbidden_characters:
        yield Problem(
            "forbidden_characters",
            _("No characters are named."),
            _("Write those that the carrier does not take, or send texts as they are."),
        )
    again = set(bind.replacement) & set(bind.forbidden_characters)
    if bind.character_policy == CharacterPolicy.REPLACE and again:
        yield Problem(
            "replacement",
            _("“%(character)s” is forbidden itself.") % {"character": min(again)},
            _("Choose a character that the carrier takes."),
        )
    if bind.interface_version == InterfaceVersion.V33 and bind.long_messages in _PARAMETERS:
        yield Problem(
            "long_messages",
            _("SMPP 3.3 has no optional parameters, which this way needs."),
            _("Choose a user data header."),
        )


def _only_gsm7(name: str) -> tuple[str, str]:
    labels = {"field": label_of(name), "alphabet": label_of("default_alphabet")}
    return (
        _("“%(field)s” belongs to GSM 03.38, but the SMSC default alphabet is another one.")
        % labels,
        _("Choose GSM 03.38 at “%(alphabet)s”, or nothing here.") % labels,
    )


def _ids(bind: Bind) -> Iterator[Problem]:
    for kind in ("response", "receipt"):
        if getattr(bind, f"{kind}_id_form") == IdForm.PAD and not getattr(
            bind, f"{kind}_id_digits"
        ):
            yield Problem(
                f"{kind}_id_digits",
                _("Filling with zeros needs a number of digits."),
                _("Count the digits of an id as the other side shows it."),
            )
