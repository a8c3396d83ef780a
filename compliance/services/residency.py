"""Where personal data may go: an account's data stays in its countries, and every export is
entered in the transfer register (Law 91/2025/QH15 asks for records of cross-border transfers)."""

from django.utils.translation import gettext_lazy as _

from compliance.models import Account, ApiKey, DataTransfer, User
from config.common import clock
from config.common.errors import NotAllowedError


class ResidencyError(NotAllowedError):
    """The account's data may not go there; the code is `residency`."""


def place_require(account: Account, country: str, *, fix: object) -> None:
    """Checks that data of the account may go to a country ("": not declared). Raises
    ResidencyError with the countries allowed and the way out."""
    if not account.residency or country.upper() in account.residency:
        return
    allowed = ", ".join(account.residency)
    if not country:
        raise ResidencyError(
            "residency",
            _("Data of %(account)s stays in %(allowed)s, and this place is not declared. %(fix)s")
            % {"account": account.name, "allowed": allowed, "fix": fix},
        )
    raise ResidencyError(
        "residency",
        _("Data of %(account)s stays in %(allowed)s; this would go to %(country)s. %(fix)s")
        % {"account": account.name, "allowed": allowed, "country": country, "fix": fix},
    )


def export_note(
    *,
    account: Account,
    what: str,
    actor: User | None,
    api_key: ApiKey | None = None,
    rows: int | None = None,
) -> DataTransfer:
    """Enters an export in the register, if it may go where the person, or the key, is.

    `what` is a short word such as `campaign.results`. Raises ResidencyError.
    """
    if api_key is not None:
        fix = _("Have an integrator say in which country this API key is used.")
        country, recipient = api_key.country, f"apikey:{api_key.pk}"
    else:
        fix = _("Have an administrator say in which country this person works.")
        country, recipient = (actor.country, f"user:{actor.pk}") if actor else ("", "system")
    place_require(account, country, fix=fix)
    return transfer_note(
        account=account, what=what, country=country, recipient=recipient, actor=actor, rows=rows
    )


def transfer_note(
    *,
    account: Account,
    what: str,
    country: str,
    recipient: str,
    actor: User | None,
    rows: int | None = None,
) -> DataTransfer:
    """An entry of the register; `recipient` names a person, a key or a receiver's address."""
    return DataTransfer.objects.create(
        account=account,
        what=what,
        country=country.upper(),
        recipient=recipient[:200],
        rows=rows,
        actor=actor,
        at=clock.now(),
    )
