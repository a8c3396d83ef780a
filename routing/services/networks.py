"""Networks, kept by every door alike."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from config.common.errors import InvalidError
from config.common.zone_checks import zone_checked
from routing.models import Network
from routing.services.kept_rows import country_of, row_save


def network_save(row: Network, values: Mapping[str, Any], *, actor: Any) -> Network:
    """Makes or changes a network. Raises InvalidError with the field, ConflictError for a code
    taken."""
    if row.pk is not None and values.get("code", row.code) != row.code:
        # Number plans and files of ported numbers name networks by it.
        raise InvalidError("code_stays", _("A network keeps its code."), field="code")
    return row_save(row, values, actor=actor, check=_check)


def _check(row: Network) -> None:
    row.country = country_of(row.country)
    row.timezone = zone_checked(row.timezone, field="timezone")
