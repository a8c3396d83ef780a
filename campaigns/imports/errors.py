"""Why a file, a column mapping or a row was refused: stable codes and the sentences for people.

The sentences are only marked here, so that this stays free of Django: a door translates them
with `gettext(MESSAGES[code]) % params`. Codes of numbers have theirs in `routing.numbers`.
"""

from collections.abc import Mapping

from config.common.zones import UNKNOWN_ZONE


def gettext_noop(message: str) -> str:
    """Marks a sentence for the catalogues without translating it."""
    return message


FILE_MESSAGES: Mapping[str, str] = {
    "file_empty": gettext_noop("The file is empty. Choose a CSV file with one contact per row."),
    "file_too_large": gettext_noop(
        "The file is larger than %(limit)s MB. Split it into smaller files."
    ),
    "file_excel": gettext_noop(
        "The file is an Excel workbook, not a CSV. In Excel choose “Save as” and "
        "“CSV UTF-8 (comma delimited)”, then upload that file."
    ),
    "file_binary": gettext_noop(
        "The file is not a text file. Export the contacts as CSV in UTF-8 and upload that file."
    ),
    "file_utf16_damaged": gettext_noop(
        "The file says it is UTF-16, but its text is damaged. Save it as CSV in UTF-8."
    ),
    "file_no_bom": gettext_noop(
        "The file looks like UTF-16 without a byte order mark. Save it as CSV in UTF-8."
    ),
    "file_not_utf8": gettext_noop(
        "The file is not UTF-8; it looks like %(guess)s. Save it as CSV in UTF-8, or name its "
        "encoding if the preview shows the names correctly."
    ),
    "encoding_unknown": gettext_noop("The encoding %(found)s is not supported. Use %(known)s."),
    "file_too_wide": gettext_noop(
        "The file has %(found)s columns, more than %(limit)s. Remove those that are not needed."
    ),
    "delimiter_unknown": gettext_noop(
        "The delimiter %(found)s is not supported. Use a comma, a semicolon, a tab or a bar."
    ),
}

MAPPING_MESSAGES: Mapping[str, str] = {
    "number_column_missing": gettext_noop(
        "No column holds the number. Choose the column with the mobile numbers."
    ),
    "field_twice": gettext_noop(
        "Two columns are mapped to %(field)s. Keep one and ignore the other."
    ),
    "field_unknown": gettext_noop(
        "%(field)s is not a field. Use number, name, language, timezone, consent, consent_date, "
        "consent_source, ignore, or attribute: with a key."
    ),
    "attribute_key_invalid": gettext_noop(
        "%(key)s cannot be the key of an attribute. Use small letters without accents, digits "
        "and underscores, beginning with a letter, at most 40 characters."
    ),
    "too_many_attributes": gettext_noop(
        "More than %(limit)s columns are kept as attributes. Ignore the ones you do not need."
    ),
    "column_unknown": gettext_noop(
        "Column %(column)s does not exist: the file has %(columns)s columns, counted from 0."
    ),
}

ROW_MESSAGES: Mapping[str, str] = {
    "unclosed_quote": gettext_noop(
        "A quotation mark is opened and not closed, or stands inside a field. "
        "Close it, or write it twice."
    ),
    "unreadable_row": gettext_noop(
        "The row cannot be read: a field is longer than %(limit)s characters. Shorten it."
    ),
    "damaged_text": gettext_noop(
        "Character %(position)s cannot be stored: it is U+0000, or bytes that are no letters in the "
        "file's encoding. Correct the row and save the file as UTF-8."
    ),
    "too_many_columns": gettext_noop(
        "The row has %(found)s columns, the file has %(expected)s. "
        "Put a field that contains the delimiter in quotation marks."
    ),
    "text_too_long": gettext_noop(
        "The text has %(found)s characters, more than %(limit)s. Shorten it."
    ),
    "language_unknown": gettext_noop(
        "“%(found)s” is not a language code. Write vi, en, another code of two letters, or"
        " vi-x-plain for Vietnamese without marks."
    ),
    "time_zone_unknown": UNKNOWN_ZONE,
    "consent_unclear": gettext_noop(
        "“%(found)s” says neither yes nor no. Write Có (yes), Không (no) or Từ chối (refused)."
    ),
    "date_unreadable": gettext_noop(
        "“%(found)s” is not a date. Write it like %(example)s or 2026-03-31."
    ),
    "frequency_unread": gettext_noop(
        "“%(found)s” is no frequency that can be kept to. Write it like 4/month, 2 per week or"
        " 3 lần/tuần, or leave it empty."
    ),
    "ends_before_start": gettext_noop(
        "The consent ends on %(found)s, before it was given. Correct one of the dates."
    ),
    "date_in_future": gettext_noop(
        "The date %(found)s is in the future. Give the day on which consent was given."
    ),
}

RUN_MESSAGES: Mapping[str, str] = {
    "file_missing": gettext_noop("The uploaded file is no longer there. Upload it again."),
    "unexpected": gettext_noop(
        "Something went wrong here. Try again; what was imported before is not repeated."
    ),
}


class ImportFileError(ValueError):
    """A file that cannot be read as contacts; `code` is a key of FILE_MESSAGES."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class MappingError(ValueError):
    """Columns that do not make a contact; `code` is a key of MAPPING_MESSAGES."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class RowError(ValueError):
    """A row that cannot be a contact: which field, why, and the words that fill the sentence."""

    def __init__(self, field: str, code: str, **params: str) -> None:
        super().__init__(code)
        self.field = field
        self.code = code
        self.params = params
