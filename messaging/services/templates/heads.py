"""Template heads: what a text is for. What it says is in its versions."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from compliance.constants import MessageClass
from compliance.models import Account, Advertiser, User
from config.common import audit
from config.common.errors import ConflictError, InvalidError, NotAllowedError
from messaging.constants import VersionStatus
from messaging.models import Template
from messaging.services.templates.records import history_write, permission_required


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
) -> Template:
    """Changes a template's head. Class, advertiser and language stay once a version was submitted,
    because they were reviewed with it: NotAllowedError; InvalidError where a value is bad."""
    permission_required(actor, "messaging.change_template", template)
    locked = Template.objects.select_for_update().get(pk=template.pk)
    is_reviewed = locked.versions.exclude(status=VersionStatus.DRAFT).exists()
    present = (locked.message_class, locked.advertiser_id, locked.language)
    changed = present != (message_class, advertiser.pk, language)
    if is_reviewed and changed:
        raise NotAllowedError(
            "class_is_reviewed",
            _(
                "Class, advertiser and language were reviewed with a version and stay: make another"
                " template for others."
            ),
        )
    locked.name, locked.language = name.strip(), language
    locked.advertiser, locked.message_class = advertiser, message_class
    _save(locked, actor, "template.changed", is_new=False)
    return locked


def _save(template: Template, actor: User, action: str, *, is_new: bool) -> None:
    if template.advertiser.account_id != template.account_id:
        raise InvalidError(
            "foreign_advertiser",
            _("The advertiser belongs to another account: choose one of this account."),
            field="advertiser",
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
        },
    )


def _invalid(error: ValidationError) -> InvalidError:
    field, problems = next(iter(error.message_dict.items()))
    return InvalidError("invalid_template", problems[0], field=field)
