"""The pages on which an author changes a draft: one rule, a case, the policies, a whole file."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from compliance.admin.rule_case_form import CaseForm
from compliance.admin.rule_fields import KIND_TITLES, PARTS
from compliance.admin.rule_forms import PoliciesForm, UploadForm, rule_form
from compliance.admin.rule_version_page import is_editable, problems_of
from compliance.models import RulePackVersion
from compliance.pack_examples import run_examples
from compliance.readable_changes import pack_differences
from compliance.rule_packs.parsing import parse_pack
from compliance.rule_packs.reading import PackError
from compliance.rule_packs.upgrading import upgraded
from compliance.selectors.rule_packs import versions_for
from compliance.services.rule_documents import failing_examples
from compliance.services.rule_drafts import document_read, rule_pack_change, rule_pack_upload
from config.common.console.actors import actor_of
from config.common.errors import DomainError

Document = dict[str, Any]
Save = Callable[[], RulePackVersion]


def rule_page(admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """One rule: `?rule=` changes it, `?kind=` adds one; without either, which kind to add."""
    version = _draft(admin, request, object_id)
    document = upgraded(version.data)
    wanted, kind = request.GET.get("rule", ""), request.GET.get("kind", "")
    rule = next((one for one in document["rules"] if one["id"] == wanted), None)
    if rule is None and kind not in PARTS:
        return _kinds(admin, request, version)
    kind = rule["kind"] if rule else kind
    if kind not in PARTS:
        raise Http404
    form = rule_form(kind)(document, rule, request.POST if request.method == "POST" else None)
    title = _("Change a rule") if rule else _("Add a rule")
    what = f"{wanted or kind}"
    return _edit(
        admin,
        request,
        version,
        form,
        title,
        lead=f"{KIND_TITLES.get(kind, kind)}" + (f" · {wanted}" if rule else ""),
        save=lambda: _save(request, version, form.changed(), what),
    )


def policies_page(admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """Days, what a refusal does, how long records are kept."""
    version = _draft(admin, request, object_id)
    form = PoliciesForm(upgraded(version.data), request.POST if request.method == "POST" else None)
    return _edit(
        admin,
        request,
        version,
        form,
        _("Days, refusals and records"),
        lead=_("What holds besides the rules."),
        save=lambda: _save(request, version, form.changed(), "policies"),
    )


def case_page(admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """An example case: `?case=` changes the one of that place, otherwise a new one. “Take over
    what is found” makes the present decision the expected one."""
    version = _draft(admin, request, object_id)
    document = upgraded(version.data)
    cases: list[Any] = document["examples"]
    number = request.GET.get("case", "")
    place = int(number) if number.isdecimal() and int(number) < len(cases) else None
    form = CaseForm(
        document,
        None if place is None else cases[place],
        request.POST if request.method == "POST" else None,
    )

    def save() -> RulePackVersion:
        changed = _with_case(document, place, request, form)
        return _save(request, version, changed, form.cleaned_data["name"])

    return _edit(
        admin,
        request,
        version,
        form,
        _("Change a case") if place is not None else _("Add a case"),
        lead=_("A message, and what must come of it. Cases are run at every save."),
        save=save,
        template="case.html",
        case_problems=_problems(document, place),
        can_delete=place is not None,
    )


def upload_page(admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """The whole draft from a file; it keeps its country and its version."""
    version = _draft(admin, request, object_id)
    form = UploadForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
    )
    del form.fields["reason"]

    def save() -> RulePackVersion:
        document = document_read(form.cleaned_data["file"].read())
        document |= {"pack_version": version.version}
        return _save(request, version, document, "file")

    return _edit(
        admin,
        request,
        version,
        form,
        _("Replace by a file"),
        lead=_("Everything this draft says is replaced. Its version stays."),
        save=save,
    )


def new_upload_page(admin: Any, request: HttpRequest) -> HttpResponse:
    """A pack of any country from a file, as a draft: for the platform's people."""
    form = UploadForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
    )
    return _edit(
        admin,
        request,
        None,
        form,
        _("New rule pack from a file"),
        lead=_("For a country without rules, or rules written elsewhere. It becomes your draft."),
        save=lambda: rule_pack_upload(
            content=form.cleaned_data["file"].read(),
            actor=actor_of(request),
            reason=form.cleaned_data["reason"],
        ),
    )


def differences_page(admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """What differs from another version of the country, rule by rule (`?against=`)."""
    version = admin.get_object(request, object_id)
    if version is None or not admin.has_view_permission(request, version):
        raise Http404
    rows = RulePackVersion.objects.filter(country=version.country).exclude(pk=version.pk)
    others = list(versions_for(request.user, rows).order_by("-pk"))
    wanted = request.GET.get("against", "")
    against = next((one for one in others if str(one.pk) == wanted), None) or _before(
        version, others
    )
    context = {
        **admin.admin_site.each_context(request),
        "title": _("Compare versions"),
        "version": version,
        "others": others,
        "against": against,
        "differences": pack_differences(against.data, version.data) if against else (),
        "opts": admin.opts,
        "back": _change_address(version),
    }
    return TemplateResponse(request, "admin/compliance/rulepackversion/differences.html", context)


def _before(version: RulePackVersion, others: list[RulePackVersion]) -> RulePackVersion | None:
    """The version to compare with where none was chosen: its base, else the one before."""
    base = next((one for one in others if one.pk == version.based_on_id), None)
    older = [one for one in others if one.pk < version.pk]
    return base or (older[0] if older else next(iter(others), None))


def _draft(admin: Any, request: HttpRequest, object_id: str) -> RulePackVersion:
    version: RulePackVersion | None = admin.get_object(request, object_id)
    if version is None or not admin.may(request, "change", version):
        raise Http404
    if not is_editable(request, version):
        raise Http404
    return version


def _save(
    request: HttpRequest, version: RulePackVersion, document: Document, what: str
) -> RulePackVersion:
    """`checksum` is of what the form was made from: a second window does not overwrite."""
    return rule_pack_change(
        version=version,
        document=document,
        actor=actor_of(request),
        checksum=request.POST.get("checksum", version.checksum),
        what=what,
    )


def _edit(
    admin: Any,
    request: HttpRequest,
    version: RulePackVersion | None,
    form: forms.Form,
    title: str,
    *,
    lead: str,
    save: Save,
    template: str = "edit.html",
    **more: Any,
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                saved = save()
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            _say(request, saved)
            return HttpResponseRedirect(_change_address(saved))
    context = {
        **admin.admin_site.each_context(request),
        "title": title,
        "lead": lead,
        "form": form,
        "groups": groups_of(form),
        "version": version,
        "opts": admin.opts,
        "back": _change_address(version)
        if version
        else reverse("admin:compliance_rulepackversion_changelist"),
        "media": admin.media + form.media,
        **more,
    }
    return TemplateResponse(request, f"admin/compliance/rulepackversion/{template}", context)


def groups_of(form: forms.Form) -> list[tuple[str, list[forms.BoundField], bool]]:
    """The fields, those that few need folded away: (title, fields, whether it is open). Without
    a title they are not folded."""
    folded: dict[str, list[forms.BoundField]] = {}
    plain: list[tuple[str, list[forms.BoundField], bool]] = []
    for field in form:
        title = _folded_title(field.name)
        if title:
            if title not in folded:
                folded[title] = []
                plain.append((title, folded[title], False))
            folded[title].append(field)
        else:
            plain.append(("", [field], True))
    return [(title, fields, _is_open(fields)) for title, fields, _open in plain]


def _folded_title(name: str) -> str:
    if name.endswith(("_1", "_2")):
        return _("More hours")
    if name.startswith("source_"):
        return _("A new source")
    return _("Only in some regions") if name in ("regions", "when_region_unknown") else ""


def _is_open(fields: list[forms.BoundField]) -> bool:
    """Where there is something to see: a value, or a mistake."""
    return any(one.errors or one.value() not in (None, "", [], False, "law") for one in fields)


def _say(request: HttpRequest, version: RulePackVersion) -> None:
    failing = failing_examples(version.data)
    if failing:
        names = "; ".join(one.name for one in failing)
        text = _("Saved. Cases that now come out otherwise: %(names)s") % {"names": names}
        messages.warning(request, text)
    else:
        messages.success(request, _("Saved. All example cases come out as expected."))


def _kinds(admin: Any, request: HttpRequest, version: RulePackVersion) -> HttpResponse:
    context = {
        **admin.admin_site.each_context(request),
        "title": _("Add a rule"),
        "version": version,
        "kinds": [(kind, KIND_TITLES[kind]) for kind in PARTS],
        "opts": admin.opts,
        "back": _change_address(version),
    }
    return TemplateResponse(request, "admin/compliance/rulepackversion/kinds.html", context)


def _with_case(
    document: Document, place: int | None, request: HttpRequest, form: CaseForm
) -> Document:
    cases = list(document["examples"])
    if place is not None and "delete" in request.POST:
        return {**document, "examples": cases[:place] + cases[place + 1 :]}
    case = form.example()
    if "take_over" in request.POST:
        case = {**case, "expect": _found(document, case)}
    if place is None:
        return {**document, "examples": [*cases, case]}
    return {**document, "examples": [*cases[:place], case, *cases[place + 1 :]]}


def _found(document: Document, case: dict[str, Any]) -> dict[str, Any]:
    """What comes out for a case now."""
    try:
        pack = parse_pack({**document, "examples": [case]})
        failures = run_examples(pack)
    except PackError:
        expected: dict[str, Any] = case["expect"]
        return expected  # saving says what is wrong
    if not failures:
        return dict(case["expect"])
    found = failures[0].found
    return {
        key: value.isoformat() if hasattr(value, "isoformat") else value
        for key, value in found.items()
        if value is not None
    }


def _problems(document: Document, place: int | None) -> tuple[tuple[str, str, str], ...]:
    if place is None:
        return ()
    case = document["examples"][place]
    try:
        pack = parse_pack({**document, "examples": [case]})
        failures = run_examples(pack)
    except PackError as error:
        return ((_("The case cannot be run"), "", str(error)),)
    return problems_of(failures[0] if failures else None, pack.zone)


def _change_address(version: RulePackVersion) -> str:
    return reverse("admin:compliance_rulepackversion_change", args=[version.pk])
