"""A text cut for one bind, or refused by its options: the same for every kind of bind."""

from carriers.models import Bind
from messaging.encoding.errors import TooManySegmentsError
from messaging.encoding.profile import EncodingProfile
from messaging.encoding.segmentation import SegmentedText, segment
from messaging.pump.refusals import ComposeError
from messaging.selectors.profiles import refused_characters


class Cutter:
    """Knows what the bind takes."""

    def __init__(self, bind: Bind) -> None:
        self._most = bind.max_segments
        self._refused = refused_characters(bind)

    def cut(self, text: str, profile: EncodingProfile) -> SegmentedText:
        """The segments by this profile. Raises ComposeError for what the bind does not take."""
        if self._refused is not None and self._refused.search(text):
            raise ComposeError("the text has characters that the bind does not take")
        try:
            return segment(text, profile=profile, max_segments=self._most)
        except TooManySegmentsError as error:
            raise ComposeError(f"{error.count} segments, the bind takes {self._most}") from error
