"""A page that asks before something irreversible, or for the reason of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise

from config.common.errors import DomainError

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Question:
    """What the page says: a title, what will happen, the button, and what is said afterwards."""

    title: Text
    text: Text
    submit: Text
    done: Text
    is_dangerous: bool = False


def object_or_404(admin: Any, request: HttpRequest, object_id: str, action: str) -> Any:
    """The object of a page action, if the person may do `action` to it.

    Raises Http404 also where the object exists but the person may not: nothing is given away.
    """
    obj = admin.get_object(request, object_id)
    if obj is None or not admin.may(request, action, obj):
        raise Http404
    return obj


def confirm(
    request: HttpRequest,
    admin: Any,
    obj: Model,
    question: Question,
    act: Callable[[dict[str, Any]], None],
    form_class: type[forms.Form] = forms.Form,
) -> HttpResponse:
    """Shows the question; on POST calls `act` with the form's values and goes to the object.

    A DomainError of `act` is shown in the form, at its field or above it.
    """
    form = form_class(request.POST if request.method == "POST" else None)
    opts = admin.opts
    back = reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[obj.pk])
    if request.method == "POST" and form.is_valid() and _acted(form, act):
        messages.success(request, str(question.done))
        return HttpResponseRedirect(back)
    return _page(request, admin, question, form, back, obj)


def ask(
    request: HttpRequest, admin: Any, question: Question, act: Callable[[], Model]
) -> HttpResponse:
    """The same for what is about no object yet: goes to the object that `act` makes."""
    form = forms.Form(request.POST if request.method == "POST" else None)
    opts = admin.opts
    made: list[Model] = []
    is_answered = request.method == "POST" and form.is_valid()
    if is_answered and _acted(form, lambda _values: made.append(act())):
        messages.success(request, str(question.done))
        page = f"admin:{opts.app_label}_{opts.model_name}_change"
        return HttpResponseRedirect(reverse(page, args=[made[0].pk]))
    back = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
    return _page(request, admin, question, form, back, None)


def _page(
    request: HttpRequest,
    admin: Any,
    question: Question,
    form: forms.Form,
    back: str,
    original: Model | None,
) -> HttpResponse:
    context = {
        **admin.admin_site.each_context(request),
        "title": question.title,
        "question": question,
        "form": form,
        "original": original,
        "opts": admin.opts,
        "back": back,
        "media": admin.media + form.media,
    }
    return TemplateResponse(request, "admin/confirm.html", context)


def _acted(form: forms.Form, act: Callable[[dict[str, Any]], None]) -> bool:
    try:
        with transaction.atomic():
            act(form.cleaned_data)
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return False
    return True
