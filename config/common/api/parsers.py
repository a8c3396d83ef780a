"""JSON bodies, read strictly (RFC 8259): UTF-8, finite numbers, nothing that cannot be stored."""

import json
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from django.utils.translation import gettext as _
from rest_framework import parsers
from rest_framework.exceptions import ParseError


def _no_constant(name: str) -> NoReturn:
    raise ParseError(_("%(name)s is not JSON: write a number, a string or null.") % {"name": name})


class StrictJSONParser(parsers.JSONParser):
    """`application/json` into Python values; ParseError says where reading stopped."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:  # whatever JSON holds
        raw = stream.read()
        try:
            return json.loads(raw.decode("utf-8"), parse_constant=_no_constant)
        except UnicodeDecodeError as error:
            raise ParseError(
                _("The body is not UTF-8 (byte %(position)d): encode it as UTF-8.")
                % {"position": error.start}
            ) from error
        except json.JSONDecodeError as error:
            raise ParseError(
                _("The body is not JSON: line %(line)d, column %(column)d (%(reason)s).")
                % {"line": error.lineno, "column": error.colno, "reason": error.msg}
            ) from error
        except (RecursionError, ValueError) as error:  # too deep, or a number of 4300 digits
            raise ParseError(
                _("The body is nested too deeply or holds a number too long to read.")
            ) from error
