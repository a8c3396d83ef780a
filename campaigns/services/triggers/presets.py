"""A source with its mappings from a preset, and drafts of the texts that are missing."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.models import TriggerMapping, TriggerSource
from campaigns.selectors.trigger_presets import presets
from campaigns.services.triggers.mappings import draft_activate, mapping_create
from campaigns.services.triggers.sources import Made, source_create
from campaigns.triggers.catalog import Preset, PresetMapping, PresetTemplate
from compliance.models import Account, Advertiser, User
from config.common.errors import NotFoundError
from messaging.models import Template, TemplateVersion
from messaging.selectors.snapshot import snapshots
from messaging.services.templates import template_create, version_create, version_submit

READY, WAITING, DRAFTED, MISSING = "ready", "waiting", "drafted", "missing"


@dataclass(frozen=True, slots=True)
class PresetText:
    """How it stands with a text: ready (approved), waiting (the account has it, not approved),
    drafted (written now and handed in), missing (nobody here may write it); `version_id` of the
    draft."""

    slug: str
    name: str
    state: str
    version_id: int | None = None


@dataclass(frozen=True, slots=True)
class PresetMade:
    """What was made: mappings whose text is approved are active, the others are drafts."""

    made: Made
    mappings: Sequence[TriggerMapping]
    texts: Sequence[PresetText]


def preset_named(code: str) -> Preset:
    """Raises NotFoundError."""
    found = presets().get(code)
    if found is None:
        raise NotFoundError("unknown_preset", _("There is no preset of this name."))
    return found


def preset_texts(account: Account, preset: Preset) -> list[PresetText]:
    """How it stands with its texts before anything is made."""
    approved = snapshots.latest().texts_by_slug
    slugs = [one.slug for one in preset.templates]
    known = set(
        Template.objects.filter(account=account, slug__in=slugs).values_list("slug", flat=True)
    )
    return [
        PresetText(
            one.slug,
            one.name,
            READY
            if (account.pk, one.slug) in approved
            else WAITING
            if one.slug in known
            else MISSING,
        )
        for one in preset.templates
    ]


@transaction.atomic
def preset_use(
    *,
    account: Account,
    code: str,
    name: str,
    advertiser: Advertiser,
    sender: str,
    actor: User,
    secret: str = "",
    is_test: bool = False,
) -> PresetMade:
    """Makes source (with `is_test` in the sandbox), mappings and missing texts.

    Raises NotFoundError for the preset, and what making a source or a mapping raises.
    """
    preset = preset_named(code)
    values = {**preset.source, "name": name, "is_test": is_test}
    made = source_create(account=account, values=values, actor=actor, secret=secret)
    texts = [
        _text(account, advertiser, found, template, actor)
        for found, template in zip(preset_texts(account, preset), preset.templates, strict=True)
    ]
    ready = {one.slug for one in texts if one.state == READY}
    mappings = [
        _mapping(made.source, one, sender, actor, is_ready=one.template in ready)
        for one in preset.mappings
    ]
    return PresetMade(made, mappings, texts)


def _mapping(
    source: TriggerSource, one: PresetMapping, sender: str, actor: User, *, is_ready: bool
) -> TriggerMapping:
    mapping = mapping_create(
        source=source,
        name=one.name,
        spec={**one.spec, "from": sender},
        actor=actor,
        sample=json.dumps(one.sample, ensure_ascii=False, indent=2),
        sample_event=one.sample_event,
    )
    if is_ready:
        draft_activate(mapping=mapping, actor=actor)
    return mapping


def _text(
    account: Account,
    advertiser: Advertiser,
    found: PresetText,
    template: PresetTemplate,
    actor: User,
) -> PresetText:
    """Drafted and handed in where nobody has it and the actor may write it."""
    if found.state != MISSING or not _may_write(actor, account):
        return found
    body, variants = template.worded(advertiser.name)
    head = template_create(
        account=account,
        advertiser=advertiser,
        name=template.name,
        slug=template.slug,
        message_class=template.message_class,
        language=template.language,
        actor=actor,
    )
    version = version_create(
        template=head,
        body=body,
        slots=[dict(one) for one in template.slots],
        rewriting=template.rewriting,
        variants=variants,
        author=actor,
    )
    version_submit(version=version, actor=actor)
    return PresetText(found.slug, found.name, DRAFTED, version.pk)


def _may_write(actor: User, account: Account) -> bool:
    template = Template(account=account)
    version = TemplateVersion(template=template)
    return (
        actor.has_perm("messaging.add_template", template)
        and actor.has_perm("messaging.add_templateversion", version)
        and actor.has_perm("messaging.submit_templateversion", version)
    )
