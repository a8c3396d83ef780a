"""What the page of a version gives its composer."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from compliance.models import Account
from compliance.selectors.access import visible
from messaging.admin.composer_setup import composer_setup, composer_words
from messaging.admin.version_form import people
from messaging.models import Template, TemplateVersion


def composer_context(request: HttpRequest, version: TemplateVersion | None) -> dict[str, Any]:
    """For the page's templates; `?template=` and `?audience=` are preset."""
    template = version.template if version is not None else _asked_template(request)
    account: Account | None = template.account if template is not None else None
    return {
        "counter_url": reverse("admin:messaging_templateversion_analyse"),
        "composer_setup": composer_setup(
            template.language if template is not None else "vi",
            account.currency if account is not None else "",
        ),
        "composer_words": composer_words(),
        "text_help": _(
            "Write {name} where a value goes, {{ and }} for braces. Newlines are sent as they are."
        ),
        "needs_template": version is None and not _has_template(request),
        "audience": people(request.GET.get("audience")) or "",
    }


def _has_template(request: HttpRequest) -> bool:
    return visible(Template.objects.all(), request.user).exists()


def _asked_template(request: HttpRequest) -> Template | None:
    asked = request.GET.get("template", "")
    if not (asked.isascii() and asked.isdecimal()):
        return None
    templates = visible(Template.objects.select_related("account"), request.user)
    return templates.filter(pk=int(asked)).first()
