"""The composer's question: a wording that is being written, seen from every side."""

from messaging.services.previews.compositions.service import composition_made
from messaging.services.previews.compositions.values import Composition, CompositionRequest

__all__ = ["Composition", "CompositionRequest", "composition_made"]
