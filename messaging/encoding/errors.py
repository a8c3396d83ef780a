"""What can be wrong with a text that is to be encoded."""


class EncodingError(ValueError):
    """A text cannot be sent as asked. `code` is stable; subclasses carry the figures."""

    code = "encoding_error"


class UnencodableError(EncodingError):
    """The encoding asked for has no code for `character` at `position` (code points from 0)."""

    code = "not_encodable"

    def __init__(self, encoding: str, position: int, character: str) -> None:
        super().__init__(f"{encoding} has no U+{ord(character):04X} (position {position})")
        self.encoding = encoding
        self.position = position
        self.character = character


class TooManySegmentsError(EncodingError):
    """The text needs `count` segments (`units` in all), and only `limit` are allowed."""

    code = "too_many_segments"

    def __init__(self, count: int, limit: int, units: int) -> None:
        super().__init__(f"{count} segments ({units} units), at most {limit} allowed")
        self.count = count
        self.limit = limit
        self.units = units
