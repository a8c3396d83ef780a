"""What else the author could write: forms that cost less, and what they come to mean."""

from django.utils.translation import gettext as _

from messaging.encoding.adviser import Advice, Form, advise
from messaging.services.previews.values import FormatProblem, Suggestion
from messaging.wording.formats import format_findings
from messaging.wording.sentences import FORMATS
from messaging.wording.wordings import Wording


def suggestions_of(text: str, segment_count: int) -> tuple[Suggestion, ...]:
    """The ways to write a text that are not the one given, with the segments each saves."""
    advice = advise(text)
    forms = {advice.unmarked.text: advice.unmarked, advice.smart.text: advice.smart}
    forms.pop(advice.written.text, None)
    return tuple(_suggestion(form, advice, segment_count) for form in reversed(forms.values()))


def format_problems(wording: Wording | None, message_format: str) -> tuple[FormatProblem, ...]:
    """What keeps phones from reading the wording by machine, in the reader's language."""
    if wording is None:
        return ()
    return tuple(
        FormatProblem(one.code, one.position, _(FORMATS[one.code]) % dict(one.params))
        for one in format_findings(wording, message_format)
    )


def _suggestion(form: Form, advice: Advice, segment_count: int) -> Suggestion:
    return Suggestion(
        rewriting=form.rewriting,
        text=form.text,
        encoding=form.encoding,
        units=form.units,
        segment_count=form.segment_count,
        saved_segments=segment_count - form.segment_count,
        warnings=advice.warnings if form.rewriting == "unmarked" else (),
    )
