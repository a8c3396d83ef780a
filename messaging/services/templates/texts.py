"""One text of a wording, and one choice of it, as people give them."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from config.common.errors import InvalidError
from messaging.services.drafts import text_checked
from messaging.wording import grammar

MAX_CHARACTERS = 1600


def body_checked(body: object, field: str) -> tuple[str, grammar.Template]:
    """A text as it is stored (NFC, newlines as LF), and its grammar. Raises InvalidError."""
    if not isinstance(body, str):
        raise InvalidError("empty_text", _("The text is empty: write one."), field=field)
    body = text_checked(body.replace("\r\n", "\n").replace("\r", "\n"), field_name=field)
    if not body.strip():
        raise InvalidError("empty_text", _("The text is empty: write one."), field=field)
    if len(body) > MAX_CHARACTERS:
        raise InvalidError(
            "text_too_long",
            _("The text has %(count)d characters; at most %(limit)d are allowed: shorten it.")
            % {"count": len(body), "limit": MAX_CHARACTERS},
            field=field,
        )
    parsed = template_parsed(body, field=field)
    return body, parsed


def template_parsed(body: str, *, field: str = "body") -> grammar.Template:
    """The text's grammar. Raises InvalidError that names place and fix."""
    try:
        return grammar.parse(body)
    except grammar.GrammarError as error:
        sentence = {
            "unclosed_brace": _(
                "“{” at character %(position)d is not closed: write {name} for a slot or {{ for a"
                " brace."
            ),
            "unopened_brace": _(
                "“}” at character %(position)d closes nothing: write }} for a brace."
            ),
            "bad_slot_name": _(
                "“%(name)s” at character %(position)d is no slot name: use small letters a–z,"
                " digits and _, beginning with a letter."
            ),
        }[error.code]
        raise InvalidError(
            error.code,
            sentence % {"position": error.position + 1, "name": error.name},
            field=field,
            position=error.position,
        ) from error


def choice_checked(field: str, value: str, allowed: Sequence[str]) -> None:
    """Raises InvalidError for a value that is none of those allowed."""
    if value not in allowed:
        raise InvalidError(
            f"bad_{field.rpartition('.')[2]}",
            _("“%(value)s” is not known here: choose one of %(choices)s.")
            % {"value": value, "choices": ", ".join(one or "“”" for one in allowed)},
            field=field,
        )
