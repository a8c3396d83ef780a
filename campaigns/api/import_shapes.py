"""What goes into an import and what is seen of one."""

import json
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from campaigns.api.contacts import ListNameOutput
from campaigns.constants import ImportStatus
from campaigns.models import BadLine, ContactImport
from campaigns.selectors.imports import field_label, progress
from compliance.constants import Purpose
from config.common import clock
from config.common.api.fields import (
    Moment,
    OutputSerializer,
    StrictSerializer,
    Text,
    Truth,
    Whole,
    Word,
)
from config.common.api.problems import FieldProblem, InvalidInput, flatten
from config.common.api.storable import unstorable


class Columns(serializers.DictField):
    """What columns hold, by title or by position from 0."""

    child = Text(max_length=60)
    default_error_messages = {
        "not_a_dict": gettext_lazy("The value is not a JSON object: write {{…}} by column."),
    }


class ConsentOptionsInput(StrictSerializer):
    """Consent that the file proves."""

    advertiser = Text(
        max_length=120, help_text=gettext_lazy("The brand it was given to, exactly as listed.")
    )
    purpose = Word(choices=Purpose.choices, default=Purpose.MARKETING.value)
    source = Text(  # type: ignore[assignment]  # a field named as the base's own attribute
        max_length=120,
        allow_blank=True,
        default="",
        help_text=gettext_lazy("Where it was given; a column may say it for each row."),
    )
    evidence = Text(max_length=200, allow_blank=True, default="")
    for_all = Truth(
        default=False, help_text=gettext_lazy("Every contact has agreed; else a column says who.")
    )


class ImportOptionsInput(StrictSerializer):
    """How the file is read and where its contacts go; everything has a default."""

    mapping = Columns(
        required=False,
        help_text=gettext_lazy(
            "By column's title or position: `number`, `name`, `language`, `timezone`, `consent`, "
            "`consent_date`, `consent_source`, `consent_until`, `consent_text`, `consent_content`, "
            "`consent_form`, `consent_frequency` or `attribute:` with a key; others are ignored. "
            "Absent: guessed from the titles."
        ),
    )
    list_ = Whole(
        source="contact_list",
        min_value=1,
        max_value=2**63 - 1,
        required=False,
        help_text=gettext_lazy("Id of the list the contacts go on."),
    )
    new_list = Text(
        source="new_list_name",
        max_length=120,
        default="",
        help_text=gettext_lazy("Name of a list to make for them."),
    )
    default_country = Text(
        min_length=2,
        max_length=2,
        default="",
        allow_blank=True,
        help_text=gettext_lazy("ISO code, for numbers without one; absent: the account's."),
    )
    encoding = Text(
        source="codec",
        max_length=40,
        default="",
        help_text=gettext_lazy("Needed for files that are not Unicode: `windows-1258`."),
    )
    delimiter = Text(max_length=3, default="", trim_whitespace=False)
    has_header = Truth(required=False)
    consent = ConsentOptionsInput(required=False)
    keeps_contacts = Truth(
        default=True, help_text=gettext_lazy("False: only the consent is recorded.")
    )
    start = Truth(
        default=True, help_text=gettext_lazy("False: upload only, to map it in the console.")
    )


class ImportInput(StrictSerializer):
    """A file and what is to become of it."""

    file = serializers.FileField(help_text="CSV, at most 50 MB, one contact per row.")
    options = ImportOptionsInput(required=False, help_text="JSON.")


class ImportFailureOutput(OutputSerializer):
    """Why an import failed."""

    code = serializers.CharField()
    detail = serializers.CharField()


class ImportOutput(OutputSerializer):
    """An import and how far it is. Once completed, `rows_done` is the sum of created, updated,
    duplicates and bad lines."""

    id = serializers.IntegerField()
    status = serializers.ChoiceField(ImportStatus.choices)
    file_name = serializers.CharField()
    list_ = ListNameOutput(source="contact_list", allow_null=True)
    titles = serializers.ListField(child=serializers.CharField())
    mapping = serializers.DictField(child=serializers.CharField(), help_text="By position.")
    percent = serializers.IntegerField()
    rows_total = serializers.IntegerField(help_text="An estimate until it is completed.")
    rows_done = serializers.IntegerField()
    created = serializers.IntegerField(source="rows_created")
    updated = serializers.IntegerField(source="rows_updated")
    duplicates = serializers.IntegerField(source="rows_duplicate")
    bad_lines = serializers.IntegerField(source="rows_bad")
    consents_recorded = serializers.IntegerField()
    rows_per_second = serializers.IntegerField()
    seconds_left = serializers.IntegerField(allow_null=True)
    error = ImportFailureOutput(allow_null=True)
    created_at = Moment()
    started_at = Moment(allow_null=True)
    finished_at = Moment(allow_null=True)


class BadLineOutput(OutputSerializer):
    """A row that could not be imported."""

    line = serializers.IntegerField(help_text="The file's line on which the row begins, from 1.")
    field = serializers.CharField(help_text="`number`, `attribute:order` …; empty: the whole row.")
    column = serializers.SerializerMethodField(help_text="The column's title in the file.")
    code = serializers.CharField(help_text="Stable name of the rule that was broken.")
    reason = serializers.CharField(help_text="The rule and the fix, for people.")
    content = serializers.CharField(help_text="The row as it stands in the file.")

    @extend_schema_field(serializers.CharField())
    def get_column(self, line: BadLine) -> str:
        return field_label(line.contact_import, line.field)


def import_shown(contact_import: ContactImport) -> dict[str, Any]:
    """An import as callers see it."""
    state = progress(contact_import, clock.now())
    found = contact_import.contact_list
    shown: dict[str, Any] = state.as_json() | {
        "id": contact_import.pk,
        "file_name": contact_import.file_name,
        "contact_list": {"id": found.pk, "name": found.name} if found else None,
        "titles": contact_import.titles,
        "mapping": contact_import.mapping,
        "error": {"code": contact_import.error, "detail": state.error} if state.error else None,
        "created_at": contact_import.created_at,
        "started_at": contact_import.started_at,
        "finished_at": contact_import.finished_at,
    }
    return dict(_IMPORT.to_representation(shown))


def import_options(request: Request) -> dict[str, Any]:
    """The part `options` of a multipart body. Raises InvalidInput naming each wrong field."""
    try:
        data = json.loads(request.POST.get("options", "{}"))
    except (TypeError, ValueError, RecursionError) as error:
        problem = FieldProblem(
            "#/options", "malformed_json", _("options: The part is not JSON: write an object.")
        )
        raise InvalidInput([problem]) from error
    if problems := unstorable(data, "#/options"):
        raise InvalidInput(problems)
    try:
        return dict(_OPTIONS.run_validation(data))
    except ValidationError as error:
        raise InvalidInput(list(flatten(error.detail, "#/options"))) from error


def import_file(request: Request) -> Any:
    """The part `file` of a multipart body. Raises InvalidInput."""
    if "file" not in request.FILES:
        problem = FieldProblem("#/file", "required", _("file: The part is missing: add the file."))
        raise InvalidInput([problem])
    return request.FILES["file"]


_OPTIONS = ImportOptionsInput()
_IMPORT = ImportOutput()
