"""Which encoding a file is in: certain for Unicode, a guess to be confirmed for legacy ones."""

import codecs
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from campaigns.imports.errors import ImportFileError

UTF8 = "utf-8-sig"  # reads UTF-8 with and without a byte order mark
UTF16 = "utf-16"  # the byte order mark says which way round
LEGACY = {"cp1258": "Windows-1258", "cp1252": "Windows-1252"}
NAMES = {"utf-8": UTF8, "utf-8-sig": UTF8, "utf-16": UTF16} | {
    name: codec for codec, title in LEGACY.items() for name in (codec, title.lower())
}

_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_OTHER_FILES = (b"%PDF", b"\x1f\x8b", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"7z\xbc\xaf", b"Rar!")
_UTF32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
# Bytes outside UTF-8 per continuation byte within it: below, a few lines are damaged in a
# UTF-8 file; above, the file is in another encoding.
_DAMAGED_SHARE = 10


@dataclass(frozen=True, slots=True)
class Encoding:
    """A codec of Python; not `is_certain` means a legacy file whose reading a person confirms.

    `errors` is what the decoder does with bytes that are not text: in a UTF-8 file with a few
    damaged lines they become lone surrogates, and `text.clean` reports those rows.
    """

    codec: str
    errors: str = "strict"
    is_certain: bool = True

    def chosen(self, name: str) -> "Encoding":
        """The encoding a person names, where this one leaves a doubt; a file that is Unicode
        throughout stays that. Raises ImportFileError."""
        codec = NAMES.get(name.strip().lower())
        if codec is None:
            known = ", ".join(["UTF-8", "UTF-16", *LEGACY.values()])
            raise ImportFileError("encoding_unknown", found=name[:40], known=known)
        if self.is_certain and self.errors == "strict":
            return self
        if codec == UTF16:
            raise ImportFileError("file_no_bom")
        return Encoding(codec, errors="surrogateescape")


def detect(chunks: Iterable[bytes]) -> Encoding:
    """The encoding of a file given in pieces. Raises ImportFileError for what is no text."""
    feed = iter(chunks)
    head = next(feed, b"")
    if not head:
        raise ImportFileError("file_empty")
    _refuse_other_files(head)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _check_utf16(head, feed)
    if b"\0" in head[:2] or head.count(b"\0") * 4 > len(head):
        raise ImportFileError("file_no_bom")
    return _utf8_or_legacy(head, feed)


def _refuse_other_files(head: bytes) -> None:
    if head.startswith(_WORKBOOKS):
        raise ImportFileError("file_excel")
    if head.startswith(_OTHER_FILES) or head.startswith(_UTF32):
        raise ImportFileError("file_binary")


def _check_utf16(head: bytes, feed: Iterable[bytes]) -> Encoding:
    decoder = codecs.getincrementaldecoder(UTF16)()
    try:
        decoder.decode(head)
        for chunk in feed:
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise ImportFileError("file_utf16_damaged") from error
    return Encoding(UTF16)


def _utf8_or_legacy(head: bytes, feed: Iterable[bytes]) -> Encoding:
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    continuation = strays = 0
    for chunk in (head, *feed):
        text = decoder.decode(chunk)
        continuation += len(chunk) - len(text)
        strays += _strays(text)
    strays += len(decoder.decode(b"", final=True))
    if not strays:
        return Encoding(UTF8)
    if strays * _DAMAGED_SHARE <= continuation:
        return Encoding(UTF8, errors="surrogateescape")
    return Encoding(_legacy(head), errors="surrogateescape", is_certain=False)


def _strays(text: str) -> int:
    try:
        text.encode()
    except UnicodeEncodeError:
        return sum("\udc80" <= character <= "\udcff" for character in text)
    return 0


def _legacy(sample: bytes) -> str:
    """Vietnamese or western: in Windows-1258 tone marks are characters of their own that must
    follow a vowel, so that composing the text leaves none over."""
    text = unicodedata.normalize("NFC", sample.decode("cp1258", errors="replace"))
    composed = sum("\u1ea0" <= c <= "\u1ef9" or c in "ơưƠƯđĐ" for c in text)
    astray = sum(bool(unicodedata.combining(c)) or c == "\ufffd" for c in text)
    return "cp1258" if composed > astray else "cp1252"
