"""What a reply from a phone does: refuse, hold, consent, ask for help; and what is answered."""

from messaging.services.replies.acting import meaning_for, reply_act
from messaging.services.replies.addressees import Addressees, addressees_of

__all__ = ["Addressees", "addressees_of", "meaning_for", "reply_act"]
