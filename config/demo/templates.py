"""The demo's texts: written, reviewed and registered by its people, through the services."""

from collections.abc import Mapping
from datetime import timedelta

from compliance.models import Account, User
from compliance.services.content_rules import RuleValues, content_rule_create
from config.common import clock
from config.demo import texts, world
from messaging.constants import VersionStatus
from messaging.models import Template, TemplateVersion
from messaging.selectors.registration_standing import demanding_rules
from messaging.selectors.snapshot import snapshots
from messaging.services.templates import (
    template_create,
    version_approve,
    version_create,
    version_reject,
    version_submit,
)
from messaging.services.templates.heads import TemplateFlags
from messaging.services.templates.registrations import registrations_record
from routing.constants import RegistrationState
from routing.models import Network


def content_rules_build(accounts: Mapping[str, Account]) -> None:
    """The rules that officers set for their account."""
    for spec in texts.CONTENT_RULES:
        values = {key: value for key, value in spec.items() if key not in ("account", "kind")}
        content_rule_create(
            account=accounts[spec["account"]],
            kind=spec["kind"],
            values=RuleValues(**values),
            actor=_person(world.REVIEWERS[spec["account"]]),
        )


def templates_build(accounts: Mapping[str, Account]) -> None:
    """Every template with its versions, each taken to its state in turn."""
    for spec in texts.TEMPLATES:
        account = accounts[spec.account]
        author = _person(world.AUTHORS[spec.account])
        template = template_create(
            account=account,
            advertiser=account.advertisers.get(),
            name=spec.name,
            slug=spec.slug,
            message_class=spec.message_class,
            language=spec.language,
            actor=author,
            flags=TemplateFlags(asks_consent=spec.asks_consent),
        )
        for one in spec.versions:
            _version(template, one, author, _person(world.REVIEWERS[spec.account]))


def _version(template: Template, spec: texts.DemoVersion, author: User, reviewer: User) -> None:
    version = version_create(
        template=template,
        body=spec.body,
        slots=spec.slots,
        rewriting=spec.rewriting,
        variants=[
            {"language": tag, "body": body, "rewriting": letters}
            for tag, body, letters in spec.variants
        ],
        message_format=spec.message_format,
        author=author,
    )
    version_submit(version=version, actor=author)
    if spec.status == VersionStatus.REJECTED:
        version_reject(version=version, reviewer=reviewer, comment=spec.comment)
    elif spec.status == VersionStatus.APPROVED:
        version_approve(version=version, reviewer=reviewer, comment=spec.comment)


def registrations_build() -> None:
    """What is sent is on the lists of the networks that demand it."""
    snapshots.forget()
    approved = TemplateVersion.objects.filter(status=VersionStatus.APPROVED)
    for version in approved.select_related("template"):
        version_register(version)


def version_register(version: TemplateVersion) -> None:
    """Puts a version on the lists of the networks that demand it."""
    rules = demanding_rules(snapshots.current(), version.template)
    networks = {rule.network_id for rule in rules}
    if not networks:
        return
    registrations_record(
        version=version,
        networks=list(Network.objects.filter(pk__in=networks)),
        state=RegistrationState.REGISTERED,
        reference=f"MAU-{version.template.slug.upper()}-{version.number}",
        expires_on=clock.now().date() + timedelta(days=365),
        actor=None,
    )


def _person(username: str) -> User:
    return User.objects.get(username=username)
