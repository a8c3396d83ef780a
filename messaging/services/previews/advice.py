"""What else the author could write: forms that cost less, and what they come to mean."""

from messaging.encoding.adviser import Advice, Form, advise
from messaging.services.previews.values import Suggestion


def suggestions_of(text: str, segment_count: int) -> tuple[Suggestion, ...]:
    """The ways to write a text that are not the one given, with the segments each saves."""
    advice = advise(text)
    shown = {advice.written.text: text}
    found = []
    for form in (advice.smart, advice.unmarked):
        if form.text not in shown:
            shown[form.text] = form.text
            found.append(_suggestion(form, advice, segment_count))
    return tuple(found)


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
