"""One preview for every door: what sending would make of a message, by the code that sends."""

from messaging.services.previews.service import message_preview
from messaging.services.previews.values import (
    CompliancePreview,
    DraftWording,
    FormatProblem,
    KnownNetwork,
    Money,
    NetworkPreview,
    Preview,
    PreviewRequest,
    RouteCandidate,
    RoutePreview,
    Ruling,
    Suggestion,
)

__all__ = [
    "CompliancePreview",
    "DraftWording",
    "FormatProblem",
    "KnownNetwork",
    "Money",
    "NetworkPreview",
    "Preview",
    "PreviewRequest",
    "RouteCandidate",
    "RoutePreview",
    "Ruling",
    "Suggestion",
    "message_preview",
]
