"""Options that are tables, as tables in a form: rows of cells instead of JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.template.loader import render_to_string
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

Row = dict[str, str]

_MOST_ROWS = 400


@dataclass(frozen=True, slots=True)
class Column:
    """One cell of each row. `choices` make it a choice, `is_flag` a tick box, `is_fixed` words
    that are shown and sent back as they are; `width` is that of the column."""

    key: str
    label: Any
    choices: tuple[tuple[str, Any], ...] = ()
    is_flag: bool = False
    is_fixed: bool = False
    width: str = ""
    placeholder: str = ""

    def widget(self) -> forms.Widget:
        """What the cell is written into."""
        if self.is_fixed:
            return forms.HiddenInput()
        if self.is_flag:
            return UnfoldBooleanWidget()
        if self.choices:
            return UnfoldAdminSelectWidget(choices=self.choices)
        return UnfoldAdminTextInputWidget(attrs={"placeholder": self.placeholder})


class TableWidget(forms.Widget):
    """A table whose last rows are empty, for new entries."""

    def __init__(self, columns: Sequence[Column], blanks: int) -> None:
        super().__init__()
        self.columns, self.blanks = columns, blanks

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Row] | None:
        """The rows as they were sent; None where the table was not on the page."""
        try:
            count = int(data.get(f"{name}-rows", ""))
        except ValueError:
            return None
        return [
            {column.key: data.get(f"{name}-{at}-{column.key}", "") for column in self.columns}
            for at in range(min(count, _MOST_ROWS))
        ]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}-rows" not in data

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        rows: list[Row] = list(value or [])
        filled = [row for row in rows if any(row.values())]
        shown = [*filled, *({} for _blank in range(self.blanks))]
        cells = [
            [self._cell(name, at, column, row.get(column.key, "")) for column in self.columns]
            for at, row in enumerate(shown)
        ]
        return render_to_string(
            "admin/carriers/bind/table.html",
            {"name": name, "columns": self.columns, "rows": cells, "count": len(shown)},
        )

    @staticmethod
    def _cell(name: str, at: int, column: Column, value: str) -> dict[str, Any]:
        widget = column.widget()
        html = widget.render(
            f"{name}-{at}-{column.key}",
            bool(value) if column.is_flag else value,
            {"id": f"id_{name}-{at}-{column.key}", "aria-label": str(column.label)},
        )
        return {"html": html, "text": value if column.is_fixed else ""}


class TableField(forms.Field):
    """A JSON value shown as rows; subclasses say how one becomes the other."""

    columns: tuple[Column, ...] = ()
    blanks = 3

    def __init__(self, **kwargs: Any) -> None:
        for unknown in ("encoder", "decoder", "base_field", "max_length"):
            kwargs.pop(unknown, None)
        kwargs["required"] = False
        kwargs["widget"] = TableWidget(self.columns, self.blanks)
        super().__init__(**kwargs)

    def to_rows(self, value: Any) -> list[Row]:
        """The stored value as rows."""
        raise NotImplementedError

    def from_rows(self, rows: Sequence[Row]) -> Any:
        """Rows with something in them as the value that is stored."""
        raise NotImplementedError

    def prepare_value(self, value: Any) -> Any:
        """Rows that were sent are shown as they are, stored values as rows."""
        is_sent = isinstance(value, list) and all(
            isinstance(row, dict) and set(row) <= {column.key for column in self.columns}
            for row in value
        )
        return value if is_sent and value and not self._is_stored(value) else self.to_rows(value)

    def _is_stored(self, value: list[Any]) -> bool:
        return False

    def clean(self, value: Any) -> Any:
        own = [column.key for column in self.columns if not column.is_fixed]
        rows = [
            {key: str(cell).strip() for key, cell in row.items()}
            for row in value or []
            if any(str(row.get(key, "")).strip() for key in own)
        ]
        return self.from_rows(rows)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.clean(data) != initial)


class PairsField(TableField):
    """A word and what it means: two columns."""

    def to_rows(self, value: Any) -> list[Row]:
        key, other = (column.key for column in self.columns)
        entries: Mapping[str, Any] = value if isinstance(value, dict) else {}
        return [{key: str(word), other: str(meaning)} for word, meaning in entries.items()]

    def from_rows(self, rows: Sequence[Row]) -> dict[str, str]:
        key, other = (column.key for column in self.columns)
        return {row[key]: row[other] for row in rows if row[key]}
