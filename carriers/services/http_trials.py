"""One test message over a bind without SMPP, outside of the queues."""

from typing import Any, cast

from django.utils.translation import gettext as _

from carriers.constants import BindKind
from carriers.customers import known_numbers
from carriers.http.line import Wires
from carriers.http.networks import allowance
from carriers.http.trial import Trial, try_once
from carriers.models import Bind
from carriers.selectors.configs import bind_config
from carriers.services.probe_leases import holder_of
from config.common import audit
from config.common.errors import ConflictError, InvalidError
from config.common.ids import uuid7

# The pace of a session leaves one in twenty free; a slower contract has no room for one more.
_LEAST_RATE = 20.0
_LONGEST_TEXT = 300


def http_message_test(bind: Bind, *, number: str, sender: str, text: str, actor: Any) -> Trial:
    """Sends `text` to a handset of the operator's own and returns all that was said.

    Raises InvalidError for a number that is none or a customer's, ConflictError where a message
    more could break the contract of a bind in use.
    """
    if bind.kind != BindKind.HTTP:
        raise InvalidError("not_http", _("Binds over SMPP have a test of their own."))
    digits = number.strip().lstrip("+")
    if not (digits.isascii() and digits.isdecimal() and 5 <= len(digits) <= 15):
        raise InvalidError(
            "number", _("Write the number with country code, such as +84912345678."), field="number"
        )
    if known_numbers([digits]):
        raise InvalidError(
            "number_of_customer",
            _("This number stands among an account's contacts: name a handset of your own."),
            field="number",
        )
    if bind.throughput and bind.throughput < _LEAST_RATE and holder_of(bind):
        raise ConflictError(
            "contract",
            _("The bind is in use and its contract leaves no room: disconnect it first."),
        )
    trial = try_once(_wires(bind), _values(digits, sender, text[:_LONGEST_TEXT]))
    audit.record(
        action="bind.message_tested",
        actor=actor,
        subject=f"bind:{bind.pk}",
        detail={"name": bind.name, "to": digits, "status": trial.status},
    )
    return trial


def _wires(bind: Bind) -> Wires:
    config = bind_config(bind)
    options = config.http
    if options is None:
        raise InvalidError("not_http", _("Binds over SMPP have a test of their own."))
    return Wires(
        options,
        allowance(),
        config.tls_context,
        config.response_timer_seconds,
        may_write=lambda: True,
        report=lambda _report: None,
        clock=lambda: 0.0,
    )


def _values(digits: str, sender: str, text: str) -> dict[str, object]:
    is_latin = text.isascii()
    octets = text.encode("ascii") if is_latin else text.encode("utf-16-be", "replace")
    return cast(
        dict[str, object],
        {
            "from": sender,
            "to": digits,
            "to_plus": f"+{digits}",
            "text": text,
            "encoding": "gsm7" if is_latin else "ucs2",
            "data": octets.hex(),
            "udh": "",
            "segment": 1,
            "segments": 1,
            "reference": str(uuid7()),
            "class": "transactional",
            "wants_receipt": True,
            "validity_seconds": None,
        },
    )
