"""What a pack says besides its rules: refusals, help, consent, records, penalties."""

from compliance.rule_packs.model import (
    CONFIDENCES,
    REACHES,
    SCOPES,
    HelpPolicy,
    OptInPolicy,
    OptOutChange,
    OptOutPolicy,
    Penalty,
    RetentionBasis,
    RetentionPolicy,
)
from compliance.rule_packs.reading import Reader

KEPT_KINDS = ("evidence", "metadata", "body", "refusal", "log")


def read_optout(reader: Reader) -> OptOutPolicy:
    """What a refusal by reply does."""
    policy = OptOutPolicy(
        reader.text("purpose", among=SCOPES),
        reader.text("reach", among=REACHES),
        reader.integer("deadline_hours"),
        reader.integer("review_hours"),
        reader.flag("ack_once"),
        _by_language(reader.part("ack_texts")),
    )
    reader.finish()
    return policy


def read_optout_changes(reader: Reader) -> tuple[OptOutChange, ...]:
    """What becomes of it later, in order."""
    parts = reader.parts("optout_changes") if reader.has("optout_changes") else ()
    changes = tuple(_optout_change(part) for part in parts)
    return tuple(sorted(changes, key=lambda change: change.effective_from))


def _optout_change(reader: Reader) -> OptOutChange:
    change = OptOutChange(
        reader.day("effective_from"),
        read_optout(reader.part("policy")),
        reader.text("citation"),
        reader.text("source"),
        reader.text("confidence", among=CONFIDENCES),
    )
    reader.finish()
    return change


def read_help(reader: Reader) -> HelpPolicy:
    """What a call for help is answered."""
    policy = HelpPolicy(_by_language(reader.part("texts")))
    reader.finish()
    return policy


def _by_language(reader: Reader) -> dict[str, str]:
    return {language: reader.text(language) for language in reader}


def read_optin(reader: Reader) -> OptInPolicy:
    """How consent may be given."""
    policy = OptInPolicy(
        reader.texts("methods"),
        reader.flag("confirmation_required"),
        reader.texts("confirmation_elements", default=[]),
    )
    reader.finish()
    return policy


def read_retention(reader: Reader) -> RetentionPolicy:
    """How long records are kept, and why."""
    policy = RetentionPolicy(
        reader.integer("evidence_months"),
        reader.integer("metadata_months"),
        reader.integer("body_months"),
        reader.integer("refusal_months") if reader.has("refusal_months") else None,
        reader.integer("log_months"),
        tuple(_basis(part) for part in reader.parts("basis")) if reader.has("basis") else (),
    )
    reader.finish()
    return policy


def _basis(reader: Reader) -> RetentionBasis:
    basis = RetentionBasis(
        reader.text("kind", among=KEPT_KINDS),
        reader.integer("least_months"),
        reader.text("citation"),
        reader.text("source"),
        reader.text("confidence", among=CONFIDENCES),
    )
    reader.finish()
    return basis


def read_penalties(reader: Reader) -> tuple[Penalty, ...]:
    """What breaking the rules costs."""
    parts = reader.parts("penalties") if reader.has("penalties") else ()
    return tuple(_penalty(part) for part in parts)


def _penalty(reader: Reader) -> Penalty:
    penalty = Penalty(
        reader.text("act"),
        reader.text("amount"),
        reader.text("citation"),
        reader.text("source"),
        reader.text("confidence", among=CONFIDENCES),
    )
    reader.finish()
    return penalty
