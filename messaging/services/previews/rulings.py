"""What sending would make of a previewed message: the door's refusals, then the decision."""

from collections.abc import Mapping
from datetime import datetime

from compliance.findings import Finding
from config.common.errors import DomainError, InvalidError
from messaging.constants import MessageStatus, Origin
from messaging.encoding.segmentation import segment_count
from messaging.selectors.findings import finding_readable
from messaging.selectors.profiles import segments_by_carrier
from messaging.selectors.snapshot import AccountCard, Snapshot
from messaging.services.counting import text_counted_by
from messaging.services.decisions import Explanation, case_of, cases_explain
from messaging.services.drafts import Draft, text_rendered
from messaging.services.network_demands import network_findings, rule_of
from messaging.services.pool_requests import requests_addressed
from messaging.services.previews.materials import Material
from messaging.services.previews.values import (
    CompliancePreview,
    KnownNetwork,
    PreviewRequest,
    RouteCandidate,
    RoutePreview,
    Ruling,
    SenderPreview,
)
from messaging.services.requests import MessageRequest, drafts_locate, request_draft
from routing.engine import Exclusion, RouteDecision

_DECISIONS: Mapping[str, str] = {"queue": "allowed", "wait": "delayed", "end": "blocked"}


def draft_of(
    account: AccountCard, request: PreviewRequest, material: Material, now: datetime
) -> tuple[Draft | None, DomainError | None]:
    """The draft that sending would make, with network and price, and the first refusal of the
    door. Raises InvalidError for what cannot be read."""
    refusals = _missing_values(request, material)
    wanted = MessageRequest(
        to=request.to or "",
        sender=(request.sender or "").removeprefix("+"),
        message_class=material.message_class,
        text=request.text,
        template=material.slug,
        parameters=material.values or {},
        language=request.language or "",
        send_at=request.send_at,
        expires_at=request.expires_at,
        time_zone=request.time_zone or "",
    )
    (addressed,) = requests_addressed(material.snapshot, account, [wanted], now)
    if isinstance(addressed, DomainError):
        raise addressed
    wanted = addressed
    try:
        draft = request_draft(
            material.snapshot,
            account,
            wanted,
            origin=Origin.API.value,
            now=now,
            refuse=refusals.append,
        )
    except InvalidError as error:
        if error.code != "class_required":
            raise
        return None, next(iter(refusals), error)
    if not request.normalize:
        draft.text = material.text
        draft.encoding, _units, draft.segment_count = segment_count(material.text)
    refusals += [one for one in drafts_locate(material.snapshot, [draft]) if one is not None]
    return draft, next(iter(refusals), None)


def _missing_values(request: PreviewRequest, material: Material) -> list[DomainError]:
    """Examples stand where a template's values are missing, and sending would ask for them."""
    if request.template is None or request.parameters is not None or not material.values:
        return []
    approved = material.approved
    assert approved is not None
    try:
        text_rendered(approved, {}, language=request.language or "")
    except InvalidError as error:
        return [error]
    return []


def ruling_of(
    material: Material, draft: Draft, refusal: DomainError | None, at: datetime
) -> Ruling:
    """The decision about the draft at a moment; a refused one is blocked whatever rules say."""
    (found,) = cases_explain(material.snapshot, [case_of(draft)], at)
    decision = "blocked" if refusal else _decision(found)
    return Ruling(
        at=at,
        status="" if refusal else found.verdict.status,
        failure_reason="" if refusal else found.verdict.reason if _has_ended(found) else "",
        network=_network(material.snapshot, draft),
        route=None if found.route is None else _route(found.route, draft.text),
        compliance=CompliancePreview(
            decision=decision,
            until=found.verdict.due_at if decision == "delayed" else None,
            findings=tuple(map(finding_readable, (*found.findings, *_of_network(material, draft)))),
            rules_version=found.ruling.rules_version if found.ruling else "",
        ),
        sender=_sender(draft, found),
    )


def _sender(draft: Draft, found: Explanation) -> SenderPreview:
    told = (found.verdict.decision or {}).get("fallback")
    if not found.verdict.sender_id or told is None:
        return SenderPreview(draft.sender.address)
    return SenderPreview(told["to"], told["from"], told["cause"])


def _of_network(material: Material, draft: Draft) -> tuple[Finding, ...]:
    """What the recipient's network may refuse of the text."""
    rule = rule_of(material.snapshot, draft.network_id, draft.message_class)
    return network_findings(rule, draft.text, text_counted_by(rule, draft.text))


def _has_ended(found: Explanation) -> bool:
    return found.verdict.action == "end"


def _decision(found: Explanation) -> str:
    """Where there is no way to the number, the rules may still allow the message."""
    has_no_way = found.verdict.status == MessageStatus.FAILED or found.verdict.reason == "routing"
    if has_no_way and found.ruling is not None:
        return found.ruling.outcome
    return _DECISIONS[found.verdict.action]


def _network(snapshot: Snapshot, draft: Draft) -> KnownNetwork | None:
    if draft.network_id is None:
        return None
    network_id = draft.network_id
    code = snapshot.numbers.code_of(network_id)
    return KnownNetwork(code, snapshot.numbers.names.get(network_id, code), draft.network_source)


def _route(decision: RouteDecision, text: str) -> RoutePreview:
    """Ways that belong to other accounts are nobody else's business."""
    chosen = decision.chosen
    segments = segments_by_carrier((one.carrier_id for one in decision.candidates), text)
    return RoutePreview(
        candidates=tuple(
            RouteCandidate(
                tier=one.tier,
                share=one.share,
                is_chosen=chosen is not None and one.route_id == chosen.route_id,
                is_available=one.is_available,
                exclusion=str(one.exclusion or ""),
                segment_count=segments.get(one.carrier_id),
            )
            for one in decision.candidates
            if one.exclusion != Exclusion.ACCOUNT_NOT_ALLOWED
        ),
        reasons=tuple(str(reason) for reason in decision.reasons),
    )
