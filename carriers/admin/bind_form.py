from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminPasswordWidget

from carriers.models import Bind
from carriers.smpp.statuses import StatusClass
from config.common.console.forms import ServiceForm

_LARGEST_TON = 7  # three bits in practice (SMPP 3.4 §5.2.5)
_LARGEST_NPI = 18  # SMPP 3.4 §5.2.6
_LARGEST_PASSWORD = 16
_GSM7 = "gsm7"
_SPECIFIED = {
    "system_id",
    "system_type",
    "address_range",
    "data_coding_gsm7",
    "data_coding_ucs2",
    "service_type",
    "protocol_id",
    "enquire_link_timer_seconds",
}


class BindForm(ServiceForm):
    password = forms.CharField(
        label=_("Password"),
        required=False,
        max_length=_LARGEST_PASSWORD,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text=_(
            "Kept encrypted and never shown; leave it empty to keep the present one."
            " SMPP 3.4 allows 8 characters, some SMSCs take 16."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The specification's words keep their spelling."""
        super().__init__(*args, **kwargs)
        for name in _SPECIFIED & set(self.fields):
            field: Any = Bind._meta.get_field(name)
            self.fields[name].label = field.verbose_name

    def clean_password(self) -> str:
        """Empty keeps what is stored."""
        return self.cleaned_data["password"] or self.instance.password

    def clean_status_classes(self) -> dict[str, str]:
        """Codes as 0x45 or 69, and the known classes."""
        value = self.cleaned_data["status_classes"] or {}
        known = ", ".join(StatusClass)
        if not isinstance(value, dict):
            raise ValidationError(_('Write an object such as {"0x45": "temporary"}.'))
        for code, name in value.items():
            if not _is_code(code) or name not in list(StatusClass):
                raise ValidationError(
                    _(
                        "“%(code)s: %(name)s” is wrong: write a code such as 0x45 and one of %(known)s."
                    )
                    % {"code": code, "name": name, "known": known}
                )
        return value

    def clean(self) -> dict[str, Any] | None:
        """National tables belong to GSM 7-bit: with another default alphabet they mean nothing."""
        values = super().clean() or self.cleaned_data
        for name in ("single_shifts", "locking_shifts"):
            if values.get(name) and values.get("default_alphabet", _GSM7) != _GSM7:
                self.add_error(name, ValidationError(self._only_gsm7(name), "needs_gsm7"))
        return values

    def _only_gsm7(self, name: str) -> str:
        alphabet = self.fields["default_alphabet"]
        return _(
            "“%(field)s” extends GSM 03.38, but the SMSC default alphabet is another one: choose"
            " GSM 03.38 at “%(alphabet)s”, or no language here."
        ) % {"field": self.fields[name].label, "alphabet": alphabet.label}

    def clean_source_ton(self) -> dict[str, list[int]]:
        """By sender kind a pair of TON and NPI."""
        value = self.cleaned_data["source_ton"] or {}
        if not isinstance(value, dict) or not all(_is_ton_npi(one) for one in value.values()):
            raise ValidationError(
                _('Write an object of [TON, NPI] pairs such as {"short_code": [3, 0]}.')
            )
        return value


def _is_code(text: str) -> bool:
    try:
        return 0 <= int(text, 0) <= 0xFFFFFFFF
    except ValueError:
        return False


def _is_ton_npi(pair: object) -> bool:
    if not isinstance(pair, list) or len(pair) != 2:
        return False
    ton, npi = pair
    return (
        isinstance(ton, int)
        and isinstance(npi, int)
        and 0 <= ton <= _LARGEST_TON
        and 0 <= npi <= _LARGEST_NPI
    )
