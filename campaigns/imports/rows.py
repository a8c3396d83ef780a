"""A row of a file to a contact, or to the reason why it cannot be one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from campaigns.imports import values
from campaigns.imports.columns import ATTRIBUTE, FACETS, Columns, Field
from campaigns.imports.errors import RowError
from campaigns.imports.text import DamagedTextError, clean, clean_line, storable
from campaigns.imports.values import Consent
from compliance.frequency import FrequencyError, promised
from config.common.zones import zone_name
from routing.numbers import Number, NumberError, shipped_normalizer

LONGEST_NAME = 200  # characters
LONGEST_VALUE = 1000  # characters
LONGEST_SOURCE = 120  # characters
_LONGEST_FACET = {Field.CONSENT_FORM: 60, Field.CONSENT_FREQUENCY: 60}
_SHOWN = 40  # characters of a wrong value in its error sentence


@dataclass(frozen=True, slots=True)
class RowSettings:
    """What the file itself does not say: the country of bare numbers, the zone of its times,
    the present moment, and how many columns the file has."""

    country: str
    zone: tzinfo
    now: datetime
    width: int


@dataclass(slots=True)
class Row:
    """A contact as one row, or several of the same number, give it. `consent` is None where
    the file says nothing of it; `consent_at` is aware."""

    msisdn: str
    country: str
    name: str = ""
    language: str = ""
    timezone: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    consent: Consent | None = None
    consent_at: datetime | None = None
    consent_source: str = ""
    consent_until: datetime | None = None
    facets: dict[str, str] = field(default_factory=dict)

    def merge(self, later: "Row") -> None:
        """Takes what a later row of the same number says: values that are not empty win."""
        self.name = later.name or self.name
        self.language = later.language or self.language
        self.timezone = later.timezone or self.timezone
        self.attributes.update(later.attributes)
        if later.consent is not None and not self._is_newer_than(later):
            self.consent = later.consent
            self.consent_at = later.consent_at
            self.consent_source = later.consent_source
            self.consent_until = later.consent_until
            self.facets = later.facets

    def _is_newer_than(self, later: "Row") -> bool:
        return bool(self.consent_at and later.consent_at and self.consent_at > later.consent_at)


class RowParser:
    """Parses the rows of one file; bind it once, call it for each row."""

    def __init__(
        self,
        columns: Columns,
        settings: RowSettings,
        normalize: Callable[..., Number] | None = None,
    ) -> None:
        self._columns = columns
        self._settings = settings
        self._normalize = normalize or shipped_normalizer()
        self._width = columns.highest + 1

    def __call__(self, cells: list[str]) -> Row:
        """The contact of a row. Raises RowError."""
        columns = self._columns
        if len(cells) != self._settings.width:
            cells = self._fitted(cells)
        try:
            number = self._normalize(
                cells[columns.number], default_country=self._settings.country or None
            )
        except NumberError as error:
            raise RowError(Field.NUMBER, error.code, **_storable(error.params)) from error
        row = Row(number.msisdn, number.country)
        row.name = self._name(cells)
        if columns.attributes:
            row.attributes = self._attributes(cells)
        if columns.language is not None:
            row.language = self._language(cells[columns.language])
        if columns.timezone is not None:
            row.timezone = self._timezone(cells[columns.timezone])
        if columns.consent is not None or columns.consent_date is not None:
            self._consent(row, cells)
        self._terms(row, cells)
        return row

    def _fitted(self, cells: list[str]) -> list[str]:
        """Short rows get empty cells, as spreadsheets leave them out; long ones are refused,
        because an unquoted delimiter has moved every value behind it."""
        expected = self._settings.width
        if any(cells[expected:]):
            raise RowError("", "too_many_columns", found=str(len(cells)), expected=str(expected))
        return cells + [""] * (self._width - len(cells))

    def _name(self, cells: Sequence[str]) -> str:
        names = self._columns.names
        if not names:
            return ""
        if len(names) == 1:
            text = cells[names[0]]
        else:
            text = " ".join(part for part in (cells[index].strip() for index in names) if part)
        return _text(Field.NAME, text, LONGEST_NAME, clean_line)

    def _attributes(self, cells: Sequence[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for index, key in self._columns.attributes:
            if cell := cells[index]:
                value = _text(ATTRIBUTE + key, cell, LONGEST_VALUE, clean)
                if value:
                    found[key] = value
        return found

    def _language(self, cell: str) -> str:
        text = _text(Field.LANGUAGE, cell, LONGEST_VALUE, clean_line)
        if not text:
            return ""
        try:
            return values.language(text)
        except ValueError as error:
            raise RowError(Field.LANGUAGE, "language_unknown", found=text[:_SHOWN]) from error

    def _timezone(self, cell: str) -> str:
        text = _text(Field.TIMEZONE, cell, LONGEST_VALUE, clean_line)
        try:
            return zone_name(text)
        except ValueError as error:
            raise RowError(Field.TIMEZONE, "time_zone_unknown", found=text[:_SHOWN]) from error

    def _consent(self, row: Row, cells: Sequence[str]) -> None:
        columns = self._columns
        if columns.consent_date is not None:
            row.consent_at = self._past(cells[columns.consent_date])
        if columns.consent is None:
            # A date of consent alone says that there is consent.
            row.consent = Consent.GRANTED if row.consent_at else None
        else:
            row.consent = _consent(cells[columns.consent])

    def _terms(self, row: Row, cells: Sequence[str]) -> None:
        """Where consent was given, to what, and how long it holds."""
        columns = self._columns
        if columns.consent_source is not None:
            row.consent_source = _text(
                Field.CONSENT_SOURCE, cells[columns.consent_source], LONGEST_SOURCE, clean_line
            )
        for name, index in columns.facets:
            limit = _LONGEST_FACET.get(name, LONGEST_SOURCE)
            if text := _text(name, cells[index], limit, clean_line):
                row.facets[FACETS[name]] = text
        if "frequency" in row.facets:
            _frequency(row.facets["frequency"])
        if columns.consent_until is not None:
            cell = cells[columns.consent_until]
            row.consent_until = self._moment(Field.CONSENT_UNTIL, cell)
            given = row.consent_at
            if row.consent_until and given and row.consent_until <= given:
                raise RowError(Field.CONSENT_UNTIL, "ends_before_start", found=cell[:_SHOWN])

    def _past(self, cell: str) -> datetime | None:
        moment = self._moment(Field.CONSENT_DATE, cell)
        if moment and moment > self._settings.now:
            raise RowError(Field.CONSENT_DATE, "date_in_future", found=cell.strip()[:_SHOWN])
        return moment

    def _moment(self, name: Field, cell: str) -> datetime | None:
        text = _text(name, cell, LONGEST_VALUE, clean_line)
        if not text:
            return None
        settings = self._settings
        try:
            return values.moment(text, settings.zone, settings.country)
        except ValueError as error:
            example = values.date_example(settings.country)
            raise RowError(name, "date_unreadable", found=text[:_SHOWN], example=example) from error


def _consent(cell: str) -> Consent | None:
    text = _text(Field.CONSENT, cell, LONGEST_VALUE, clean_line)
    try:
        return values.consent(text)
    except ValueError as error:
        raise RowError(Field.CONSENT, "consent_unclear", found=text[:_SHOWN]) from error


def _frequency(text: str) -> None:
    try:
        promised(text)
    except FrequencyError as error:
        raise RowError(Field.CONSENT_FREQUENCY, "frequency_unread", found=text[:_SHOWN]) from error


def _text(name: str, cell: str, limit: int, cleaner: Callable[[str], str]) -> str:
    try:
        text = cleaner(cell)
    except DamagedTextError as error:
        raise RowError(name, "damaged_text", position=str(error.position + 1)) from error
    if len(text) > limit:
        raise RowError(name, "text_too_long", found=str(len(text)), limit=str(limit))
    return text


def _storable(params: dict[str, str]) -> dict[str, str]:
    return {key: storable(value, _SHOWN) for key, value in params.items()}
