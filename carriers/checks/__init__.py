"""What is wrong with a bind before it is saved: every problem with its field, rule and fix."""

from collections.abc import Callable, Iterable, Iterator

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from carriers.checks.certificates import tls_problems
from carriers.checks.http import http_problems
from carriers.checks.relations import relation_problems
from carriers.checks.tables import table_problems
from carriers.checks.tlvs import tlv_problems
from carriers.checks.values import Problem
from carriers.models import Bind

__all__ = ["CHECKS", "Problem", "bind_problems"]

Check = Callable[[Bind], Iterable[Problem]]

CHECKS: list[Check] = [
    relation_problems,
    table_problems,
    tlv_problems,
    tls_problems,
    http_problems,
]


def bind_problems(bind: Bind) -> list[Problem]:
    """All problems of the values, whether the bind is stored or not."""
    found = list(_fields(bind))
    fields = {one.field for one in found}
    for check in CHECKS:
        found += [one for one in check(bind) if one.field not in fields]
    return found


def _fields(bind: Bind) -> Iterator[Problem]:
    """What each column alone does not take: choices, limits, lengths."""
    try:
        bind.clean_fields()
    except ValidationError as error:
        for name, messages in error.message_dict.items():
            for message in messages:
                yield Problem(name, message, _("Change the value."))
