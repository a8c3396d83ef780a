"""Number plans: loaded as versions, one per country in force."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from compliance.models import User
from config.common import audit
from config.common.errors import ConflictError, InvalidError
from routing.models import Network, NumberPlan, NumberPrefix
from routing.numbers.plan import NumberPlan as PlanFile
from routing.numbers.plan import PlanError, load_plan
from routing.services.kept_rows import country_of, row_delete, row_save


@transaction.atomic
def number_plan_load(*, path: Path, actor: User | None) -> NumberPlan:
    """Stores a plan file as a version that is not in force yet; loading it again changes nothing.

    Raises InvalidError naming the entry at fault.
    """
    try:
        plan = load_plan(path)
    except (PlanError, OSError) as error:
        raise InvalidError(
            "number_plan_invalid",
            _("The number plan %(file)s cannot be used: %(problem)s.")
            % {"file": path.name, "problem": error},
            field="file",
        ) from error
    row, is_new = NumberPlan.objects.get_or_create(
        country=plan.country,
        version=plan.version,
        defaults={"effective_from": plan.effective_from, "notes": plan.note},
    )
    if is_new:
        _fill(row, plan)
        audit.record(action="number_plan.loaded", actor=actor, subject=f"number_plan:{row.pk}")
    return row


def _fill(row: NumberPlan, plan: PlanFile) -> None:
    networks = {
        entry.code: Network.objects.get_or_create(
            code=entry.code,
            defaults={
                "name": entry.name,
                "country": plan.country,
                "kind": entry.kind,
                "mcc_mnc": entry.mcc_mnc,
            },
        )[0]
        for entry in plan.networks
    }
    sources = {source.id: source.title for source in plan.sources}
    NumberPrefix.objects.bulk_create(
        NumberPrefix(
            plan=row,
            prefix=entry.prefix,
            network=networks[entry.network_code],
            source=sources.get(entry.source, entry.source)[:200],
            confidence=entry.confidence,
        )
        for entry in plan.entries
    )


@transaction.atomic
def number_plan_activate(*, plan: NumberPlan, actor: User | None) -> NumberPlan:
    """Puts a version in force in place of its country's present one."""
    for former in NumberPlan.objects.filter(country=plan.country, is_active=True).exclude(
        pk=plan.pk
    ):
        former.is_active = False
        former.save(update_fields=["is_active"])
    if not plan.is_active:
        plan.is_active = True
        plan.save(update_fields=["is_active"])
        audit.record(action="number_plan.activated", actor=actor, subject=f"number_plan:{plan.pk}")
    return plan


@transaction.atomic
def number_plan_copy(*, plan: NumberPlan, version: str, actor: User | None) -> NumberPlan:
    """A new version with the same prefixes, to be edited before it is put in force."""
    if NumberPlan.objects.filter(country=plan.country, version=version).exists():
        raise InvalidError(
            "number_plan_version_taken",
            _("Version %(version)s exists already: choose another name.") % {"version": version},
            field="version",
        )
    copy = NumberPlan.objects.create(
        country=plan.country,
        version=version,
        effective_from=plan.effective_from,
        notes=plan.notes,
    )
    NumberPrefix.objects.bulk_create(
        NumberPrefix(
            plan=copy,
            prefix=prefix.prefix,
            network_id=prefix.network_id,
            source=prefix.source,
            confidence=prefix.confidence,
        )
        for prefix in plan.prefixes.all()
    )
    audit.record(action="number_plan.copied", actor=actor, subject=f"number_plan:{copy.pk}")
    return copy


def number_plan_save(row: NumberPlan, values: Mapping[str, Any], *, actor: Any) -> NumberPlan:
    """Makes or changes a version. Raises InvalidError with the field, ConflictError where it is in
    force or its name is taken."""
    if row.pk is not None:
        _check_not_in_force(row)
    return row_save(row, values, actor=actor, check=_check)


def number_plan_delete(plan: NumberPlan, *, actor: Any) -> None:
    """Deletes a version with its prefixes. Raises ConflictError where it is in force."""
    _check_not_in_force(plan)
    row_delete(plan, actor=actor)


@transaction.atomic
def prefix_put(
    *, plan: NumberPlan, prefix: str, network: Network, values: Mapping[str, Any], actor: Any
) -> NumberPrefix:
    """Says to which network a prefix was given. Raises InvalidError or ConflictError."""
    _check_not_in_force(plan)
    if not prefix.isascii() or not prefix.isdigit():
        raise InvalidError(
            "prefix_wrong",
            _("Write the prefix in digits with its country code, such as 8498."),
            field="prefix",
        )
    row = NumberPrefix.objects.filter(plan=plan, prefix=prefix).first()
    row = row or NumberPrefix(plan=plan, prefix=prefix)
    return row_save(row, {**values, "network": network}, actor=actor)


def prefix_delete(row: NumberPrefix, *, actor: Any) -> None:
    """The next shorter prefix counts again. Raises ConflictError where the plan is in force."""
    _check_not_in_force(row.plan)
    row_delete(row, actor=actor)


def _check(row: NumberPlan) -> None:
    row.country = country_of(row.country)


def _check_not_in_force(plan: NumberPlan) -> None:
    if plan.is_active:
        raise ConflictError(
            "plan_in_force",
            _("The plan in force is not edited: copy it, change the copy, put that in force."),
        )
