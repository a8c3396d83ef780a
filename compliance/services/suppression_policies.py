"""Changes the policies of suppressions."""

from dataclasses import asdict, dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from compliance.constants import BounceClass, Purpose, SuppressionCause
from compliance.models import Account, SuppressionPolicy, User
from compliance.services.checks import check_choice
from config.common import audit
from config.common.errors import ConflictError, InvalidError

_CAUSES = (
    SuppressionCause.BOUNCE.value,
    SuppressionCause.COMPLAINT.value,
    SuppressionCause.MANUAL.value,
)
_STOPPABLE = frozenset({Purpose.MARKETING.value, Purpose.CARE.value, Purpose.TRANSACTIONAL.value})


@dataclass(frozen=True, slots=True)
class PolicyValues:
    """What a policy says; see `SuppressionPolicy`."""

    threshold: int = 1
    within_days: int = 14
    ends_after_days: int | None = None
    purposes: tuple[str, ...] = (Purpose.MARKETING.value, Purpose.CARE.value)
    errors: tuple[str, ...] = ()
    is_active: bool = True
    note: str = ""


@transaction.atomic
def policy_save(
    *,
    policy: SuppressionPolicy | None,
    account: Account | None,
    cause: str,
    error_class: str,
    values: PolicyValues,
    actor: User | None,
) -> SuppressionPolicy:
    """Makes a policy, or changes what one says; `account` None: the platform's.

    Raises InvalidError naming the field, ConflictError where the account has such a policy.
    """
    _check(cause, error_class, values)
    if policy is None:
        same = SuppressionPolicy.objects.filter(
            account=account, cause=cause, error_class=error_class
        )
        if same.exists():
            raise ConflictError(
                "policy_exists", _("There is such a policy already: change that one.")
            )
        policy = SuppressionPolicy(account=account, cause=cause, error_class=error_class)
        action = "suppressionpolicy.made"
    else:
        policy = SuppressionPolicy.objects.select_for_update().get(pk=policy.pk)
        action = "suppressionpolicy.changed"
    detail = asdict(values) | {"purposes": list(values.purposes), "errors": list(values.errors)}
    for name, value in detail.items():
        setattr(policy, name, value)
    policy.save()
    audit.record(
        action=action,
        actor=actor,
        account_id=policy.account_id,
        subject=f"suppressionpolicy:{policy.pk}",
        detail={"cause": policy.cause, "error_class": policy.error_class} | detail,
    )
    return policy


def _check(cause: str, error_class: str, values: PolicyValues) -> None:
    check_choice("cause", cause, _CAUSES)
    is_bounce = cause == SuppressionCause.BOUNCE
    check_choice("error_class", error_class, BounceClass.values if is_bounce else [""])
    if values.threshold < 1:
        raise InvalidError("count_too_small", _("At least one failure."), field="threshold")
    if values.within_days < 1:
        raise InvalidError("days_too_few", _("At least one day."), field="within_days")
    if is_bounce and values.is_active and not values.purposes:
        raise InvalidError(
            "purposes_missing", _("Choose what is stopped, or switch it off."), field="purposes"
        )
    for purpose in values.purposes:
        check_choice("purposes", purpose, _STOPPABLE)
