"""What every step of a rule pack asks: a document that is right, cases that come out, a reason,
and a person who may."""

import hashlib
import json
from typing import Any

from django.utils.translation import gettext_lazy as _

from compliance.models import User
from compliance.pack_examples import ExampleFailure, run_examples
from compliance.rule_packs.model import Pack
from compliance.rule_packs.parsing import parse_pack
from compliance.rule_packs.reading import PackError
from compliance.selectors.access import permitted_accounts
from config.common.errors import InvalidError, NotAllowedError

Document = dict[str, Any]  # a pack as JSON, checked by `parse_pack`
_LONGEST_REASON = 1000


def checked(document: Document, name: str) -> Pack:
    """The pack of a document. Raises InvalidError naming the place and what belongs there."""
    try:
        return parse_pack(document)
    except PackError as error:
        raise InvalidError(
            "rule_pack_invalid",
            _("The rule pack %(file)s is not right at %(where)s: %(problem)s.")
            % {"file": name, "where": error.where, "problem": error.problem},
        ) from error


def failing_examples(document: Document) -> tuple[ExampleFailure, ...]:
    """The cases of a pack that come out otherwise than expected. Raises InvalidError for a case
    whose facts cannot be read."""
    try:
        return run_examples(parse_pack(document))
    except PackError as error:
        raise InvalidError(
            "rule_pack_example_unreadable",
            _("A case cannot be run: %(where)s: %(problem)s.")
            % {"where": error.where, "problem": error.problem},
        ) from error


def checksum_of(document: Document) -> str:
    """The same for the same rules, however they are laid out."""
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def reason_given(reason: str) -> str:
    """The reason without blanks around it. Raises InvalidError where there is none."""
    found = reason.strip()[:_LONGEST_REASON]
    if not found:
        raise InvalidError("reason_missing", _("Say why."), field="reason")
    return found


def require(actor: User | None, action: str) -> None:
    """Whether a person may do this with rule packs (None is the system). Raises NotAllowedError."""
    if actor is None:
        return
    accounts = permitted_accounts(actor, f"compliance.{action}_rulepackversion")
    if accounts is None or (accounts and action != "activate"):
        return
    raise NotAllowedError("rule_pack_not_allowed", _("Your role does not allow this."))
