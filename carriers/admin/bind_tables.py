"""The tables of a bind's form."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from carriers.admin.tables import Column, PairsField, Row, TableField
from carriers.checks.tables import code_of
from carriers.constants import ReceiptRequest, TlvSource, TlvType
from carriers.labels import RECEIPT_MEANINGS, STATUS_MEANINGS
from carriers.smpp import statuses

_NONE = (("", "–"),)
_STATES = (*_NONE, *RECEIPT_MEANINGS.items())
_KINDS = (
    ("alphanumeric", _("Alphanumeric"), "5 · 0"),
    ("short_code", _("Short code"), "3 · 0"),
    ("long_code", _("Long code"), "1 · 1"),
)
_CLASSES = (
    ("otp", _("One-time password")),
    ("transactional", _("Transactional")),
    ("care", _("Customer care")),
    ("marketing", _("Advertising")),
)


class TonField(TableField):
    """TON and NPI by kind of sender."""

    columns = (
        Column("kind", _("Sender"), is_fixed=True),
        Column("usual", _("Usual TON · NPI"), is_fixed=True),
        Column("ton", _("TON"), width="7rem"),
        Column("npi", _("NPI"), width="7rem"),
    )
    blanks = 0

    def to_rows(self, value: Any) -> list[Row]:
        stored = value if isinstance(value, dict) else {}
        rows = []
        for code, label, usual in _KINDS:
            pair = stored.get(code) or ("", "")
            cells = {"ton": str(pair[0]), "npi": str(pair[1])}
            rows.append({"kind": str(label), "usual": usual, **cells})
        return rows

    def from_rows(self, rows: Sequence[Row]) -> dict[str, Any]:
        codes = {str(label): code for code, label, _usual in _KINDS}
        return {
            codes.get(row["kind"], row["kind"]): [_number(row["ton"]), _number(row["npi"])]
            for row in rows
        }


class StatusField(TableField):
    """Every code of the specifications with its usual class and ours, and the vendor's own."""

    columns = (
        Column("code", _("Code"), width="8rem", placeholder="0x401"),
        Column("name", _("Name"), width="16rem"),
        Column("usual", _("Usually"), is_fixed=True),
        Column("class", _("Here"), choices=(*_NONE, *STATUS_MEANINGS.items())),
    )
    blanks = 4

    def to_rows(self, value: Any) -> list[Row]:
        classes, names = value if isinstance(value, tuple) else (value or {}, {})
        own = {code_of(key): str(one) for key, one in classes.items()}
        called = {code_of(key): str(one) for key, one in names.items()}
        vendor = sorted(code for code in {*own, *called} if code and not statuses.is_known(code))
        usual = [code for code in statuses.DEFAULT_CLASSES if code]
        return [
            {
                "code": f"0x{code:02X}",
                "name": called.get(code) or (statuses.name(code) if code in usual else ""),
                "usual": str(STATUS_MEANINGS[statuses.classify(code)]),
                "class": own.get(code, ""),
            }
            for code in (*vendor, *usual)
        ]

    def from_rows(self, rows: Sequence[Row]) -> tuple[dict[str, str], dict[str, str]]:
        """Classes and names; only what differs from what is usual."""
        classes = {row["code"]: row["class"] for row in rows if row["class"]}
        names = {
            row["code"]: row["name"]
            for row in rows
            if row["name"] and row["code"] and not _is_usual_name(row)
        }
        return classes, names


def _is_usual_name(row: Row) -> bool:
    code = code_of(row["code"])
    return code is not None and statuses.is_known(code) and row["name"] == statuses.name(code)


class WordsField(PairsField):
    """Words of receipts."""

    columns = (
        Column("word", _("Word or number"), placeholder="ACCEPTD", width="12rem"),
        Column("state", _("Means"), choices=_STATES),
    )


class FinalsField(PairsField):
    """What states come to."""

    columns = (
        Column("state", _("State"), choices=_STATES),
        Column("final", _("Counts as"), choices=_STATES),
    )
    blanks = 2


class ClassField(TableField):
    """Options of a class of messages."""

    columns = (
        Column("class", _("Class"), is_fixed=True),
        Column("registered_delivery", _("Receipts"), choices=(*_NONE, *ReceiptRequest.choices)),
        Column(
            "priority_flag",
            _("priority_flag"),
            choices=(*_NONE, *((str(one), str(one)) for one in range(4))),
        ),
        Column("service_type", _("service_type"), width="8rem"),
    )
    blanks = 0

    def to_rows(self, value: Any) -> list[Row]:
        stored = value if isinstance(value, dict) else {}
        return [
            {"class": str(label)}
            | {
                column.key: str(stored.get(code, {}).get(column.key, ""))
                for column in self.columns[1:]
            }
            for code, label in _CLASSES
        ]

    def from_rows(self, rows: Sequence[Row]) -> dict[str, Any]:
        codes = {str(label): code for code, label in _CLASSES}
        found: dict[str, Any] = {}
        for row in rows:
            entry: dict[str, Any] = {
                key: cell for key, cell in row.items() if cell and key != "class"
            }
            if "priority_flag" in entry:
                entry["priority_flag"] = _number(entry["priority_flag"])
            found[codes.get(row["class"], row["class"])] = entry
        return found


class VendorField(TableField):
    """Vendor parameters."""

    columns = (
        Column("tag", _("Tag"), width="7rem", placeholder="0x1400"),
        Column("name", _("Name"), width="9rem"),
        Column("type", _("Type"), choices=tuple(TlvType.choices), width="10rem"),
        Column("max_length", _("Longest"), width="5rem"),
        Column("source", _("Value from"), choices=tuple(TlvSource.choices), width="16rem"),
        Column("value", _("Fixed value"), width="9rem"),
        Column("required", _("Required"), is_flag=True),
    )

    def to_rows(self, value: Any) -> list[Row]:
        entries = value if isinstance(value, list) else []
        return [
            {column.key: str(entry.get(column.key) or "") for column in self.columns}
            for entry in entries
            if isinstance(entry, dict)
        ]

    def _is_stored(self, value: list[Any]) -> bool:
        return all(isinstance(row.get("required"), bool) for row in value)

    def clean(self, value: Any) -> Any:
        return self.from_rows([row for row in value or [] if str(row.get("tag", "")).strip()])

    def from_rows(self, rows: Sequence[Row]) -> list[dict[str, Any]]:
        return [
            {
                "tag": str(row["tag"]).strip(),
                "name": row["name"],
                "type": row["type"] or TlvType.OCTETS.value,
                "max_length": _number(row["max_length"]) or None,
                "source": row["source"] or TlvSource.TEXT.value,
                "value": row["value"],
                "required": bool(row["required"]),
            }
            for row in rows
        ]


class HeadersField(PairsField):
    """Names and values of HTTP."""

    columns = (Column("name", _("Name"), width="16rem"), Column("value", _("Value")))


class HttpErrorsField(PairsField):
    """Errors of an HTTP carrier."""

    columns = (
        Column("code", _("Status or code"), placeholder="429", width="12rem"),
        Column(
            "class",
            _("What we do"),
            choices=(*_NONE, *STATUS_MEANINGS.items(), ("unknown", _("Outcome unknown"))),
        ),
    )


def _number(text: str) -> Any:
    """The number, or the text as it is: the check then names what is wrong with it."""
    try:
        return int(text)
    except ValueError:
        return text
