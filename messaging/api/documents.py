"""Files that prove something: uploaded once, named by their id afterwards."""

from typing import Any, Final

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.constants import Scope
from compliance.models import Document
from compliance.services.documents import document_add, document_download_note
from config.common.api.fields import Moment, OutputSerializer
from config.common.api.problems import FieldProblem, InvalidInput
from config.common.api.schema import operation
from config.common.api.views import ApiView
from config.common.errors import NotFoundError
from messaging.api.common import KEY_HEADER, account_of
from messaging.api.repeating import repeatable

_READ = (Scope.CONSENT_READ.value,)
_WRITE = (Scope.CONSENT_WRITE.value,)


class DocumentInput(serializers.Serializer[Any]):
    """A file, as `multipart/form-data`."""

    file = serializers.FileField(help_text="PDF, PNG, JPEG, WAV, MP3, Ogg or text; up to 10 MiB.")


class DocumentOutput(OutputSerializer):
    """A file kept as evidence."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    media_type = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
    sha256 = serializers.CharField(source="checksum")
    uploaded_at = Moment()


_DOCUMENT: Final = DocumentOutput()


class DocumentsView(ApiView):
    """`/documents`"""

    parser_classes = [MultiPartParser]
    scopes = {"POST": _WRITE}

    @operation(
        "upload_document",
        "Upload evidence",
        tag="consent",
        scope=_WRITE[0],
        request={"multipart/form-data": DocumentInput},
        responses={201: DocumentOutput},
        also=(409,),
        parameters=[KEY_HEADER],
        description="A file that proves consent, in the part `file`. The same content again "
        "answers with the file kept before. Name its `id` as `document` of a consent.",
    )
    @repeatable
    def post(self, request: Request) -> Response:
        upload = request.FILES.get("file")
        if upload is None:
            problem = FieldProblem(
                "#/file", "required", _("file: The part is missing: add the file.")
            )
            raise InvalidInput([problem])
        made = document_add(
            account=account_of(request),
            name=upload.name or "",
            content=upload.read(),
            actor=None,
            field="file",
        )
        return Response(_DOCUMENT.to_representation(made), 201)


class DocumentView(ApiView):
    """`/documents/{id}`"""

    scopes = {"GET": _READ}

    @operation(
        "get_document",
        "Download evidence",
        tag="consent",
        scope=_READ[0],
        responses={(200, "*/*"): bytes},
        also=(404,),
        description="The file as it was uploaded.",
    )
    def get(self, request: Request, document_id: int) -> HttpResponse:
        found = Document.objects.filter(account=account_of(request), pk=document_id).first()
        if found is None:
            raise NotFoundError("document_not_found", _("No file has this id."))
        document_download_note(document=found, actor=None)
        response = HttpResponse(bytes(found.content), content_type=found.media_type)
        response["Content-Disposition"] = content_disposition_header(True, found.name) or ""
        response["X-Content-Type-Options"] = "nosniff"
        return response
