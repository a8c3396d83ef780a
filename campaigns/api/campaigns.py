"""Campaigns: write, check, launch, pause, resume, cancel, follow."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.campaign_shapes import CampaignInput, CampaignOutput
from campaigns.api.common import account_of, key_cursor, own, own_list
from campaigns.models import Campaign
from campaigns.services.campaigns import (
    campaign_cancel,
    campaign_create,
    campaign_launch,
    campaign_pause,
    campaign_resume,
)
from campaigns.services.preflight import preflight_request, preflight_state
from compliance.constants import Scope
from compliance.models import Account, ApiKey
from config.common import clock
from config.common.api.idempotency import idempotency_key
from config.common.api.pagination import PageInput, cut, page_response, query
from config.common.api.schema import header, operation, page_of
from config.common.api.views import ApiView, body
from config.common.errors import DomainError, InvalidError, NotAllowedError
from messaging.constants import Priority
from messaging.models import TemplateVersion
from messaging.selectors.snapshot import SenderCard, snapshots
from messaging.selectors.tallies import campaign_counts
from messaging.services.drafts import sender_required
from messaging.services.idempotency import Answer, answer_once
from messaging.services.pool_requests import pool_member, pool_named
from routing.models import Sender, SenderPool

_TAG = "campaigns"
_READ = (Scope.MESSAGES_READ.value,)
_SEND = (Scope.MESSAGES_SEND.value,)
_INPUT: Final = CampaignInput()
_SHOWN: Final = CampaignOutput()
_RELATED = ("account", "sender", "sender_pool", "template_version__template")
_FIELDS = {"contact_list": "list", "template_version": "template", "sender": "from"}
_KEY_HEADER = header(
    "Idempotency-Key",
    "Any string of up to 255 characters. Repeating a request with its key is harmless for 24 "
    "hours: the first answer is given again, with `Idempotent-Replayed: true`.",
)


class CampaignsView(ApiView):
    """`/campaigns`"""

    scopes = {"GET": _READ, "POST": _SEND}

    @operation(
        "list_campaigns",
        "List campaigns",
        tag=_TAG,
        scope=_READ[0],
        query=PageInput,
        responses={200: page_of("Campaign", CampaignOutput)},
        description="Newest first.",
    )
    def get(self, request: Request) -> Response:
        wanted = query(request, PageInput())
        rows = Campaign.objects.filter(account=account_of(request)).select_related(*_RELATED)
        before = key_cursor(wanted.get("cursor"))
        if before is not None:
            rows = rows.filter(pk__lt=before)
        page = cut(list(rows.order_by("-pk")[: wanted["limit"] + 1]), wanted["limit"], _key)
        counts = campaign_counts([row.pk for row in page.rows])
        for row in page.rows:
            row.counts = counts[row.pk]  # type: ignore[attr-defined]
        return page_response(request, page, [_SHOWN.to_representation(row) for row in page.rows])

    @operation(
        "create_campaign",
        "Create a campaign",
        tag=_TAG,
        scope=_SEND[0],
        request=CampaignInput,
        responses={201: CampaignOutput},
        also=(409,),
        parameters=[_KEY_HEADER],
        description="A draft: nothing is sent until it is launched.",
    )
    def post(self, request: Request) -> HttpResponse:
        values = body(request, _INPUT)
        return _once(request, "campaigns", partial(_create, account_of(request), values))


class CampaignView(ApiView):
    """`/campaigns/{id}`"""

    scopes = {"GET": _READ}

    @operation(
        "get_campaign",
        "Get a campaign",
        tag=_TAG,
        scope=_READ[0],
        responses={200: CampaignOutput},
        also=(404,),
        description="With its progress and its pre-flight.",
    )
    def get(self, request: Request, campaign_id: int) -> Response:
        return Response(_shown(own(Campaign, account_of(request), campaign_id)))


class CampaignPreflightView(ApiView):
    """`/campaigns/{id}/preflight`"""

    scopes = {"POST": _SEND}

    @operation(
        "check_campaign",
        "Run the pre-flight",
        tag=_TAG,
        scope=_SEND[0],
        responses={200: CampaignOutput},
        also=(404, 409, 422),
        description="Says what the campaign would do. For a list of more than 5,000 contacts the "
        "answer's `preflight.state` is `running`: get the campaign until it is `fresh`.",
    )
    def post(self, request: Request, campaign_id: int) -> Response:
        campaign = own(Campaign, account_of(request), campaign_id)
        preflight_request(campaign=campaign, actor=None)
        return Response(_shown(campaign))


class _ActView(ApiView):
    """Something that is done to a campaign."""

    scopes = {"POST": _SEND}

    def act(self, request: Request, campaign_id: int, act: Callable[..., Any]) -> HttpResponse:
        def work() -> Answer:
            campaign = own(Campaign, account_of(request), campaign_id)
            act(campaign=campaign, actor=None)
            return _answer(200, campaign)

        return _once(request, f"campaigns/{campaign_id}/{act.__name__}", work)


def _act(operation_id: str, summary: str, description: str) -> Callable[[Any], Any]:
    return operation(
        operation_id,
        summary,
        tag=_TAG,
        scope=_SEND[0],
        responses={200: CampaignOutput},
        also=(404, 409, 422),
        parameters=[_KEY_HEADER],
        description=description,
    )


class CampaignLaunchView(_ActView):
    """`/campaigns/{id}/launch`"""

    @_act(
        "launch_campaign",
        "Launch a campaign",
        "Starts it, or schedules it for `starts_at`. Needs a fresh pre-flight where the list has "
        "more than 5,000 contacts; a shorter one is checked on the way.",
    )
    def post(self, request: Request, campaign_id: int) -> HttpResponse:
        return self.act(request, campaign_id, campaign_launch)


class CampaignPauseView(_ActView):
    """`/campaigns/{id}/pause`"""

    @_act("pause_campaign", "Pause a campaign", "Nothing of it leaves two seconds later.")
    def post(self, request: Request, campaign_id: int) -> HttpResponse:
        return self.act(request, campaign_id, campaign_pause)


class CampaignResumeView(_ActView):
    """`/campaigns/{id}/resume`"""

    @_act("resume_campaign", "Resume a campaign", "What waited is decided again before it leaves.")
    def post(self, request: Request, campaign_id: int) -> HttpResponse:
        return self.act(request, campaign_id, campaign_resume)


class CampaignCancelView(_ActView):
    """`/campaigns/{id}/cancel`"""

    @_act(
        "cancel_campaign",
        "Cancel a campaign",
        "What has not left is canceled; this cannot be undone.",
    )
    def post(self, request: Request, campaign_id: int) -> HttpResponse:
        return self.act(request, campaign_id, campaign_cancel)


def _create(account: Account, values: dict[str, Any]) -> Answer:
    """A draft from validated input. Raises DomainError with the API's names of fields."""
    snapshot = snapshots.current()
    named = values.pop("sender").removeprefix("+")
    text = snapshot.texts_by_slug.get((account.pk, values["template"]))
    if text is None:
        raise InvalidError(
            "unknown_template",
            _("There is no approved template of this name: give one of yours."),
            field="template",
        )
    del values["template"]
    own_account = snapshot.accounts[account.pk]
    pool = pool_named(snapshot, own_account, named)
    if pool is None:
        card: SenderCard | None = sender_required(snapshot, own_account, named)
    else:
        card = pool_member(snapshot, pool, text.message_class, clock.now())
    if card is None:
        raise NotAllowedError(
            "pool_empty",
            _("Pool “%(pool)s” has no sender that may send this now.") % {"pool": named},
            field="sender",
        )
    campaign = campaign_create(
        account=account,
        actor=None,
        contact_list=own_list(account, values.pop("list"), field="list"),
        template_version=TemplateVersion.objects.get(pk=text.version_id),
        sender=Sender.objects.get(pk=card.id),
        sender_pool=None if pool is None else SenderPool.objects.get(pk=pool.id),
        values=values.pop("values"),
        priority=Priority[values.pop("priority").upper()].value,
        **values,
    )
    return _answer(201, campaign)


def _once(request: Request, route: str, work: Callable[[], Answer]) -> HttpResponse:
    """Does the work once per Idempotency-Key. Raises what it raises, fields named for callers."""
    assert isinstance(request.auth, ApiKey)
    try:
        answer = answer_once(
            api_key=request.auth,
            route=route,
            key=idempotency_key(request),
            payload=request.data,
            work=work,
        )
    except DomainError as error:
        first, dot, rest = error.field.partition(".")
        error.field = _FIELDS.get(first, first) + dot + rest
        raise
    response = HttpResponse(answer.body, "application/json", answer.status)
    if answer.location:
        response["Location"] = answer.location
    if answer.is_replayed:
        response["Idempotent-Replayed"] = "true"
    return response


def _answer(status: int, campaign: Campaign) -> Answer:
    text = json.dumps(_shown(campaign), ensure_ascii=False, separators=(",", ":"), default=str)
    return Answer(status, text, f"/api/v1/campaigns/{campaign.pk}" if status == 201 else "")


def _shown(campaign: Campaign) -> dict[str, Any]:
    found: Any = Campaign.objects.select_related(*_RELATED).get(pk=campaign.pk)
    found.counts = campaign_counts([found.pk])[found.pk]
    found.preflight_state = preflight_state(found).value
    return dict(_SHOWN.to_representation(found))


def _key(campaign: Campaign) -> int:
    return campaign.pk
