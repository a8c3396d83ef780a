"""Providers, policies, pools and fallback rules: checked before they are kept."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from config.common.errors import InvalidError
from routing.lookups import KINDS
from routing.models import LookupPolicy, LookupProvider, Sender, SenderFallback, SenderPool
from routing.services.kept_rows import country_of, row_save


def provider_save(row: LookupProvider, values: Mapping[str, Any], *, actor: Any) -> LookupProvider:
    """Makes or changes a provider; an empty secret stays as it is, None takes it away.

    Raises InvalidError with the field, ConflictError for a name taken."""
    kept = dict(values)
    if kept.get("secret", "") == "":
        kept.pop("secret", None)
    elif kept["secret"] is None:
        kept["secret"] = ""
    return row_save(row, kept, actor=actor, check=provider_check)


def policy_save(row: LookupPolicy, values: Mapping[str, Any], *, actor: Any) -> LookupPolicy:
    """Makes or changes a policy. Raises InvalidError with the field, ConflictError where the
    country has one for the class already."""
    return row_save(row, values, actor=actor, check=policy_check)


def policy_check(row: LookupPolicy) -> None:
    """Countries are two capital letters. Raises InvalidError."""
    row.country = country_of(row.country)


def provider_check(row: LookupProvider) -> None:
    """Raises InvalidError naming the field, the rule and the fix."""
    if row.kind not in KINDS:
        raise InvalidError("unknown_kind", _("Choose one of the kinds."), field="kind")
    row.countries = [country_of(one, field="countries") for one in row.countries]
    if row.kind != "http":
        return
    parts = urlsplit(row.url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise InvalidError(
            "url_wrong", _("Write the whole address, beginning with https://."), field="url"
        )
    if "{numbers}" not in row.url and "{numbers}" not in row.body:
        raise InvalidError(
            "numbers_missing",
            _("Neither address nor body says where the numbers go: write {numbers} there."),
            field="url",
        )
    if not _is_words(row.headers) or not _is_words(row.networks):
        field = "networks" if _is_words(row.headers) else "headers"
        raise InvalidError(
            "words_wrong", _("Write a JSON object with text on both sides."), field=field
        )


def _is_words(value: Any) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(name, str) and isinstance(word, str | int) for name, word in value.items()
    )


def pool_check(row: SenderPool) -> None:
    """A pool may not be called like a sender of its account. Raises InvalidError."""
    row.country = country_of(row.country)
    if Sender.objects.filter(account_id=row.account_id, address__iexact=row.name).exists():
        raise InvalidError(
            "pool_name_taken",
            _("A sender of the account is called so: choose another name."),
            field="name",
        )


def member_check(pool: SenderPool, sender: Sender) -> None:
    """A pool's senders are of its account and country. Raises InvalidError."""
    if sender.account_id != pool.account_id or sender.country != pool.country:
        raise InvalidError(
            "sender_elsewhere",
            _("Choose a sender of the pool's account and country (%(country)s).")
            % {"country": pool.country},
            field="sender",
        )


def fallback_check(row: SenderFallback) -> None:
    """Raises InvalidError naming the field, the rule and the fix."""
    if row.sender_id is None and not row.sender_kind:
        raise InvalidError(
            "fallback_of_nothing",
            _("Say what is replaced: a sender, or a kind of sender."),
            field="sender",
        )
    if (row.to_sender_id is None) == (row.to_pool_id is None):
        raise InvalidError(
            "fallback_to_nothing",
            _("Say what to send from instead: either a sender or a pool."),
            field="to_sender",
        )
    if row.sender_id is not None and row.sender_id == row.to_sender_id:
        raise InvalidError(
            "fallback_to_itself",
            _("Choose another sender than the one that fails."),
            field="to_sender",
        )
    if not row.causes:
        raise InvalidError("fallback_never", _("Tick at least one cause."), field="causes")
    own = {
        row.sender and row.sender.account_id,
        row.to_sender and row.to_sender.account_id,
        row.to_pool and row.to_pool.account_id,
    } - {None}
    if own - {row.account_id}:
        raise InvalidError(
            "fallback_elsewhere",
            _("Choose senders and pools of the same account."),
            field="to_sender",
        )
    _errors_check(row)


def _errors_check(row: SenderFallback) -> None:
    for error in row.errors:
        try:
            int(error, 0)
        except ValueError as problem:
            raise InvalidError(
                "error_wrong",
                _("“%(error)s” is no command_status: write it like 0x45.") % {"error": error},
                field="errors",
            ) from problem
    if "error" in row.causes and not row.errors:
        raise InvalidError(
            "errors_missing", _("Name the errors, one per line, such as 0x45."), field="errors"
        )
