"""Template heads: what a text is for. What it says is in its versions."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from compliance.constants import MessageClass
from compliance.models import Account, Advertiser, Program, User
from config.common import audit
from config.common.errors import ConflictError, InvalidError, NotAllowedError
from messaging.constants import VersionStatus
from messaging.models import Template
from messaging.services.templates.records import history_write, permission_required


@dataclass(frozen=True, slots=True)
class TemplateFlags:
    """What rules need to know of a text besides its class: the subject it belongs to, whether it
    asks for consent, and whether it advertises something that costs money."""

    program: Program | None = None
    asks_consent: bool = False
    is_paid: bool = False


def flags_of(template: Template) -> TemplateFlags:
    """As they are now."""
    return TemplateFlags(template.program, template.asks_consent, template.is_paid)


@transaction.atomic
def template_create(
    *,
    account: Account,
    advertiser: Advertiser,
    name: str,
    slug: str,
    message_class: str,
    language: str,
    actor: User,
    flags: TemplateFlags = TemplateFlags(),
) -> Template:
    """Makes a template without a wording. Raises NotAllowedError, InvalidError of the field, or
    ConflictError where the account already has the short name."""
    template = Template(
        account=account,
        advertiser=advertiser,
        name=name.strip(),
        slug=slug,
        message_class=message_class,
        language=language,
        program=flags.program,
        asks_consent=flags.asks_consent,
        is_paid=flags.is_paid,
    )
    permission_required(actor, "messaging.add_template", template)
    if Template.objects.filter(account=account, slug=slug).exists():
        raise ConflictError(
            "slug_taken",
            _("The account already has a template with the short name “%(slug)s”: choose another.")
            % {"slug": slug},
            field="slug",
        )
    _save(template, actor, "template.created", is_new=True)
    return template


@transaction.atomic
def template_change(
    *,
    template: Template,
    name: str,
    language: str,
    advertiser: Advertiser,
    message_class: str,
    actor: User,
    flags: TemplateFlags | None = None,
) -> Template:
    """Changes a template's head; without flags those stay. All but the name stay once a version
    was submitted, because they were reviewed with it: NotAllowedError; InvalidError where a value
    is bad."""
    permission_required(actor, "messaging.change_template", template)
    locked = Template.objects.select_for_update().get(pk=template.pk)
    is_reviewed = locked.versions.exclude(status=VersionStatus.DRAFT).exists()
    present = (locked.message_class, locked.advertiser_id, locked.language)
    flags = flags or flags_of(locked)
    changed = present != (message_class, advertiser.pk, language) or flags != flags_of(locked)
    if is_reviewed and changed:
        raise NotAllowedError(
            "class_is_reviewed",
            _(
                "Class, advertiser, language and what rules ask besides were reviewed with a"
                " version and stay: make another template for others."
            ),
        )
    locked.name, locked.language = name.strip(), language
    locked.advertiser, locked.message_class = advertiser, message_class
    locked.program, locked.asks_consent = flags.program, flags.asks_consent
    locked.is_paid = flags.is_paid
    _save(locked, actor, "template.changed", is_new=False)
    return locked


def _save(template: Template, actor: User, action: str, *, is_new: bool) -> None:
    if template.advertiser.account_id != template.account_id:
        raise InvalidError(
            "foreign_advertiser",
            _("The advertiser belongs to another account: choose one of this account."),
            field="advertiser",
        )
    if template.program is not None and template.program.advertiser_id != template.advertiser_id:
        raise InvalidError(
            "foreign_program",
            _("The program belongs to another advertiser: choose one of this advertiser's."),
            field="program",
        )
    if template.message_class not in MessageClass.values:
        raise InvalidError(
            "unknown_class",
            _("The class must be one of %(classes)s.")
            % {"classes": ", ".join(MessageClass.values)},
            field="message_class",
        )
    try:
        template.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        raise _invalid(error) from error
    # Written below, with its actor.
    template.skip_history_when_saving = True  # type: ignore[attr-defined]
    template.save()
    history_write(template, actor, action, is_new=is_new)
    audit.record(
        action=action,
        actor=actor,
        account_id=template.account_id,
        subject=f"template:{template.pk}",
        detail={
            "name": template.name,
            "short_name": template.slug,
            "class": template.message_class,
            "program": template.program.code if template.program else None,
            "asks_consent": template.asks_consent,
            "is_paid": template.is_paid,
        },
    )


def _invalid(error: ValidationError) -> InvalidError:
    field, problems = next(iter(error.message_dict.items()))
    return InvalidError("invalid_template", problems[0], field=field)
