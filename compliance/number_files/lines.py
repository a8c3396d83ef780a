"""From the bytes of a file to its lines."""

import codecs
from collections.abc import Iterator
from io import TextIOWrapper
from typing import BinaryIO

SAMPLE_BYTES = 64 * 1024
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def text_lines(binary: BinaryIO) -> Iterator[str]:
    """The lines of a file from its beginning: UTF-8, or what its byte order mark says.

    Bytes that are no text become a replacement character, which no number contains.
    """
    binary.seek(0)
    start = binary.read(4)
    binary.seek(0)
    encoding = next((name for bom, name in _BOMS if start.startswith(bom)), "utf-8")
    text = TextIOWrapper(binary, encoding, errors="replace")
    try:
        for line in text:
            yield line.replace("\0", "").strip()
    finally:
        text.detach()  # the file is its owner's to close


def sample(binary: BinaryIO, lines: int = 50) -> list[str]:
    """The first lines that hold something."""
    found: list[str] = []
    for line in text_lines(binary):
        if line:
            found.append(line)
        if len(found) >= lines:
            break
    return found
