"""The way into an import: the upload, then its columns with a preview."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from campaigns.admin.import_forms import ColumnForm, OptionsForm, ReadingForm, UploadForm
from campaigns.admin.import_parts import ImportParts
from campaigns.admin.people import actor_of
from campaigns.imports.columns import Field
from campaigns.imports.errors import RUN_MESSAGES
from campaigns.models import ContactImport, ContactList
from campaigns.selectors.imports import PreviewRow, preview
from campaigns.services.imports import import_reread, import_start, import_upload
from compliance.access import permission_of
from compliance.models import Account
from compliance.selectors.access import related_choices, visible
from config.common.errors import DomainError


class ImportWizard(ImportParts):
    """Step one, the file, and step two, its columns."""

    def upload_page(self, request: HttpRequest) -> HttpResponse:
        """Step one. `?list=` says where the contacts will go."""
        if not self.has_add_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        accounts = related_choices(
            Account.objects.order_by("name"),
            request.user,
            permission_of(self.opts.label_lower, "add"),
        )
        chosen = self._chosen_list(request)
        if chosen is not None:
            accounts = accounts.filter(pk=chosen.account_id)
        form = UploadForm(request.POST or None, request.FILES or None, accounts=accounts)
        if request.method == "POST" and form.is_valid():
            response = self._uploaded(request, form, chosen)
            if response is not None:
                return response
        context = {"form": form, "contact_list": chosen}
        return self._page(request, "upload.html", _("Import contacts"), context)

    def _chosen_list(self, request: HttpRequest) -> ContactList | None:
        wanted = request.GET.get("list", "")
        lists = visible(ContactList.objects.all(), request.user)
        return lists.filter(pk=wanted).first() if wanted.isascii() and wanted.isdecimal() else None

    def _uploaded(
        self, request: HttpRequest, form: UploadForm, chosen: ContactList | None
    ) -> HttpResponse | None:
        file = form.cleaned_data["file"]
        try:
            made = import_upload(
                account=form.cleaned_data["account"],
                file=file,
                file_name=file.name,
                user=actor_of(request),
                contact_list=chosen,
            )
        except DomainError as error:
            form.add_error("file", str(error.message))
            return None
        return HttpResponseRedirect(self._address(made))

    def columns_page(self, request: HttpRequest, contact_import: ContactImport) -> HttpResponse:
        """Step two: what the columns hold, seen on the first rows; starts the import."""
        data = request.POST if request.method == "POST" else None
        if data is not None and "reread" in data:
            return self._reread(request, contact_import)
        columns = self._column_forms(contact_import, data)
        options = OptionsForm(data, contact_import=contact_import)
        mapping = {int(index): target for index, target in contact_import.mapping.items()}
        errors: list[str] = []
        valid = [form.is_valid() for form in (*columns, options)]
        if data is not None and all(valid):
            mapping = {index: form.target for index, form in enumerate(columns)}
            contact_import.default_country = options.cleaned_data["default_country"]
            if "start" in data and self._started(request, contact_import, options, mapping, errors):
                return HttpResponseRedirect(self._address(contact_import))
        context = {
            "contact_import": contact_import,
            "columns": list(zip(contact_import.titles, columns, strict=True)),
            "options": options,
            "reading": ReadingForm(contact_import=contact_import),
            "rows": self._rows(contact_import, mapping, errors),
            "errors": errors,
            "number_is_missing": Field.NUMBER not in mapping.values(),
        }
        return self._page(request, "columns.html", contact_import.file_name, context)

    def _rows(
        self, contact_import: ContactImport, mapping: Mapping[int, str], errors: list[str]
    ) -> list[PreviewRow]:
        try:
            return preview(contact_import, mapping)
        except FileNotFoundError:
            errors.append(_(RUN_MESSAGES["file_missing"]))
            return []

    def _column_forms(
        self, contact_import: ContactImport, data: Mapping[str, Any] | None
    ) -> list[ColumnForm]:
        return [
            ColumnForm.of(index, title, contact_import.mapping.get(str(index), "ignore"), data)
            for index, title in enumerate(contact_import.titles)
        ]

    def _reread(self, request: HttpRequest, contact_import: ContactImport) -> HttpResponse:
        form = ReadingForm(request.POST, contact_import=contact_import)
        if form.is_valid():
            try:
                import_reread(contact_import, **form.cleaned_data)
            except DomainError as error:
                messages.error(request, str(error.message))
        return HttpResponseRedirect(self._address(contact_import))

    def _started(
        self,
        request: HttpRequest,
        contact_import: ContactImport,
        options: OptionsForm,
        mapping: Mapping[int, str],
        errors: list[str],
    ) -> bool:
        try:
            import_start(contact_import, options.options(mapping), actor=actor_of(request))
        except DomainError as error:
            errors.append(str(error.message))
            return False
        return True
