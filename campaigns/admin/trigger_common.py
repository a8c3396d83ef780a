"""What the pages of sources, mappings and events share."""

from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.constants import ReadFrom, TriggerResult
from campaigns.models import TriggerMapping, TriggerSource
from campaigns.services.triggers.common import sentence
from campaigns.triggers.snippets import shell_post

RESULT_COLOURS: Final = {
    TriggerResult.SENT: "success",
    TriggerResult.PARTLY: "warning",
    TriggerResult.UNMATCHED: "",
    TriggerResult.FAILED: "danger",
    TriggerResult.UNREADABLE: "danger",
}
# How the parts of a mapping are called on its pages.
PLACES: Mapping[str, Any] = {
    "events": _("Events"),
    "condition": _("Condition"),
    "number": _("Number"),
    "template": _("Template"),
    "from": _("Sender"),
    "class": _("Class"),
    "language": _("Language"),
    "time_zone": _("Time zone"),
    "dedupe": _("One message per"),
    "client_reference": _("Your reference"),
    "slots": _("Slot"),
    "metadata": _("Kept with the message"),
    "delay": _("When"),
    "expires_minutes": _("Useless after"),
}


def place_words(place: str) -> str:
    """A dotted place of a mapping as people know it: `slots.name.path` is “Slot name”."""
    head, _dot, rest = place.partition(".")
    # What sending calls a field, and where the mapping has it.
    head = {"to": "number", "sender": "from", "parameters": "slots"}.get(head, head)
    if head not in PLACES:
        return place
    title = str(PLACES[head])
    if head in {"slots", "metadata"} and rest:
        return f"{title} “{rest.partition('.')[0]}”"
    return title


def step_words(step: Mapping[str, Any]) -> str:
    """Why a mapping sent nothing; "" where it did."""
    if not step.get("code"):
        return ""
    if said := step.get("said"):  # as a worker said it: sentences without values are known again
        return str(gettext(said))
    return sentence(step["code"], step.get("params") or {})


def console_page(
    page: Any,
    request: HttpRequest,
    template: str,
    title: object,
    context: Mapping[str, Any],
) -> HttpResponse:
    """A page of a model in the console's frame."""
    shared = {
        **page.admin_site.each_context(request),
        "opts": page.opts,
        "title": title,
        "media": page.media,
    }
    return TemplateResponse(request, f"admin/campaigns/{template}", shared | dict(context))


def address_of(request: HttpRequest, source: TriggerSource) -> str:
    """Where the platform posts, as this server is called here."""
    return request.build_absolute_uri(source.address)


def post_sample(
    request: HttpRequest, source: TriggerSource, mapping: TriggerMapping | None, secret: str = ""
) -> str:
    """A shell command that posts an event of the source: the mapping's sample, or a plain one."""
    body = mapping.sample.strip() if mapping is not None else ""
    headers = {}
    if source.name_from == ReadFrom.HEADER:
        name = mapping.sample_event if mapping is not None else ""
        headers[source.name_at] = name or "order.paid"
    is_signed = source.key_at.lower() in {"webhook-id", source.id_header.lower()}
    if source.key_from == ReadFrom.HEADER and source.key_at and not is_signed:
        headers[source.key_at] = "evt-1"
    return shell_post(
        source.scheme,
        url=address_of(request, source),
        body=body or '{"type": "order.paid", "id": "evt-1"}',
        headers=headers,
        secret=secret,
    )
