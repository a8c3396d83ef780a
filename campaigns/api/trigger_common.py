"""Small things that the API of triggers needs."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from django.utils.translation import gettext as _
from rest_framework.request import Request

from campaigns.api.common import account_of, own
from campaigns.models import TriggerMapping, TriggerSource
from campaigns.services.triggers.common import sentence
from campaigns.triggers.problems import Problem
from compliance.constants import Scope
from config.common.api.problems import FieldProblem, InvalidInput, pointer
from config.common.errors import InvalidError, NotFoundError

TAG: Final = "triggers"
READ = (Scope.TRIGGERS_READ.value, Scope.TRIGGERS_WRITE.value)
WRITE = (Scope.TRIGGERS_WRITE.value,)
# What services call a field, and what the API calls it.
NAMES: Mapping[str, str] = {}


def source_of(request: Request, source_id: int) -> TriggerSource:
    """The account's source. Raises NotFoundError, also for that of another."""
    return own(TriggerSource, account_of(request), source_id)


def mapping_of(request: Request, source_id: int, mapping_id: int) -> TriggerMapping:
    """The source's mapping. Raises NotFoundError."""
    source = source_of(request, source_id)
    found = TriggerMapping.objects.filter(source=source, pk=mapping_id).first()
    if found is None:
        raise NotFoundError("not_found", _("There is no such thing for this key."))
    found.source = source
    return found


@contextmanager
def spec_problems() -> Iterator[None]:
    """All mistakes in a mapping at once, each where it stands in the caller's document."""
    try:
        yield
    except InvalidError as error:
        found: tuple[Problem, ...] = error.context.get("problems", ())  # type: ignore[assignment]
        if not found:
            raise
        raise InvalidInput([_field_problem(one) for one in found]) from error


def _field_problem(problem: Problem) -> FieldProblem:
    steps = problem.place.split(".") if problem.place else []
    text = sentence(problem.code, dict(problem.params))
    named = f"{problem.place}: {text}" if problem.place else text
    return FieldProblem(pointer("spec", *steps), problem.code, named)


def said(step: Mapping[str, Any]) -> str | None:
    """Why a mapping sent nothing, for people."""
    if not step.get("code"):
        return None
    return step.get("said") or sentence(step["code"], step.get("params") or {})
