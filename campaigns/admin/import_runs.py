"""The run of an import, live, and what came of it."""

from typing import Any

from django.contrib import messages
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
    StreamingHttpResponse,
)
from django.views.decorators.http import require_POST

from campaigns.admin.import_parts import ImportParts
from campaigns.admin.people import actor_of
from campaigns.constants import ImportStatus
from campaigns.models import ContactImport
from campaigns.selectors.imports import bad_line_rows, bad_lines_page, field_label, progress
from campaigns.services.imports import import_bad_lines_note, import_cancel, import_retry
from compliance.downloads import download
from config.common import clock
from config.common.csv_cells import csv_lines
from config.common.errors import DomainError

_SHOWN_BAD_LINES = 50


class ImportRuns(ImportParts):
    """Step three, and what may be done about it."""

    def run_page(self, request: HttpRequest, contact_import: ContactImport) -> HttpResponse:
        """Step three: the run, live, and what came of it."""
        bad_lines = [
            (line, field_label(contact_import, line.field))
            for line in bad_lines_page(contact_import, after=None, limit=_SHOWN_BAD_LINES)
        ]
        context = {
            "contact_import": contact_import,
            "progress": progress(contact_import, clock.now()),
            "bad_lines": bad_lines,
            "can_change": self.may(request, "change", contact_import),  # type: ignore[attr-defined]
            "can_retry": contact_import.status == ImportStatus.FAILED,
        }
        return self._page(request, "run.html", contact_import.file_name, context)

    def progress_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Where the import stands, for the page that follows it."""
        found = self._own(request, pk, "view")
        response = JsonResponse(progress(found, clock.now()).as_json())
        response["Cache-Control"] = "no-store"
        return response

    def bad_lines_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The bad lines as a file to mend and import again."""
        found = self._own(request, pk, "view")
        return download(
            request,
            found.account,
            "import.bad_lines",
            lambda: self._bad_lines(request, found),
            rows=found.rows_bad,
        )

    def _bad_lines(self, request: HttpRequest, found: ContactImport) -> StreamingHttpResponse:
        import_bad_lines_note(found, actor=actor_of(request))
        return _bad_lines_file(found)

    def cancel_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._act(request, pk, import_cancel)

    def retry_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._act(request, pk, import_retry)

    def _act(self, request: HttpRequest, pk: int, service: Any) -> HttpResponse:
        found = self._own(request, pk, "change")
        return require_POST(self._acted)(request, found, service)

    def _acted(
        self, request: HttpRequest, contact_import: ContactImport, service: Any
    ) -> HttpResponse:
        try:
            service(contact_import, actor=actor_of(request))
        except DomainError as error:
            messages.error(request, str(error.message))
        return HttpResponseRedirect(self._address(contact_import))


def _bad_lines_file(found: ContactImport) -> StreamingHttpResponse:
    lines = csv_lines(bad_line_rows(found))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{found.pk}-bad-lines.csv"'
    return response
