"""Forms about things that may be the platform's: only its own people leave the account empty."""

from typing import Any

from django import forms

from compliance.selectors.access import permitted_accounts


def own_account_only(form: Any, permission: str) -> None:
    """Who works for accounts chooses one of them; the only one is chosen, and out of sight."""
    field, request = form.fields.get("account"), getattr(form, "request", None)
    if field is None or request is None:
        return
    accounts = permitted_accounts(request.user, permission)
    if accounts is None:
        return
    field.required, field.help_text = True, ""
    if len(accounts) == 1:
        field.initial = form.initial["account"] = next(iter(accounts))
        # Not the wrapper with its buttons: it would draw the choice again.
        field.widget = forms.HiddenInput()
