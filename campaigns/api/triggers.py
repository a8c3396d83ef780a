"""Trigger sources: platforms that tell of events."""

import json
from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api import trigger_examples as examples
from campaigns.api.common import account_of, key_cursor
from campaigns.api.trigger_common import READ, TAG, WRITE, source_of
from campaigns.api.trigger_shapes import (
    SANDBOX_HELP,
    DryRunInput,
    SecretInput,
    TriggerMappingOutput,
    TriggerSourceChange,
    TriggerSourceInput,
    TriggerSourceOutput,
    TriggerTrialOutput,
    made_shown,
    mapping_shown,
    source_shown,
    source_values,
    trial_shown,
)
from campaigns.selectors.trigger_presets import presets
from campaigns.selectors.triggers import sources_page
from campaigns.services.triggers.presets import PresetText, preset_texts, preset_use
from campaigns.services.triggers.sources import (
    source_change,
    source_create,
    source_delete,
    source_rotate,
)
from campaigns.services.triggers.trials import source_trial
from config.common.api.fields import OutputSerializer, StrictSerializer, Text, Truth
from config.common.api.pagination import PageInput, cut, page_response, query
from config.common.api.schema import operation, page_of
from config.common.api.views import ApiView, body
from messaging.api.common import actor_of
from messaging.selectors.consents import advertiser_named

_INPUT: Final = TriggerSourceInput()
_CHANGE: Final = TriggerSourceChange()
_SECRET: Final = SecretInput()
_DRY_RUN: Final = DryRunInput()
_IN_NAME = "Done in the name of the person who made the key, with that person's roles."
_FIELD_NAMES = {
    "name_at": "event_name",
    "key_at": "event_id",
    **dict.fromkeys(
        (
            "header",
            "prefix",
            "timestamp_header",
            "id_header",
            "timestamp_member",
            "signature_member",
        ),
        "hmac",
    ),
}


class TriggerSourcesView(ApiView):
    """`/trigger-sources`"""

    scopes = {"GET": READ, "POST": WRITE}
    field_names = _FIELD_NAMES

    @operation(
        "list_trigger_sources",
        "List trigger sources",
        tag=TAG,
        scope=READ[0],
        query=PageInput,
        responses={200: page_of("TriggerSource", TriggerSourceOutput)},
        description="In the order of making.",
    )
    def get(self, request: Request) -> Response:
        wanted = query(request, PageInput())
        rows = sources_page(
            account_of(request),
            after=key_cursor(wanted.get("cursor")),
            limit=wanted["limit"] + 1,
        )
        page = cut(rows, wanted["limit"], lambda found: found.pk)
        return page_response(request, page, [source_shown(row) for row in page.rows])

    @operation(
        "create_trigger_source",
        "Make a trigger source",
        tag=TAG,
        scope=WRITE[0],
        request=TriggerSourceInput,
        responses={201: TriggerSourceOutput},
        also=(409,),
        description="The answer holds the signing secret, this once. The name is the account's "
        f"own, so that repeating the request makes no second source. {_IN_NAME}",
        examples=[
            OpenApiExample("Standard Webhooks", examples.SOURCE_REQUEST, request_only=True),
            OpenApiExample("Made", examples.SOURCE_MADE, response_only=True, status_codes=["201"]),
        ],
    )
    def post(self, request: Request) -> Response:
        values = body(request, _INPUT)
        made = source_create(
            account=account_of(request),
            values=source_values(values),
            actor=actor_of(request),
            secret=values.get("secret", ""),
        )
        response = Response(made_shown(made), 201)
        response["Location"] = f"/api/v1/trigger-sources/{made.source.pk}"
        return response


class TriggerSourceView(ApiView):
    """`/trigger-sources/{id}`"""

    scopes = {"GET": READ, "PATCH": WRITE, "DELETE": WRITE}
    field_names = _FIELD_NAMES

    @operation(
        "get_trigger_source",
        "Read a trigger source",
        tag=TAG,
        scope=READ[0],
        responses={200: TriggerSourceOutput},
        also=(404,),
        description="`last_refusal` says why the last request was not taken.",
        examples=[OpenApiExample("A source", examples.SOURCE, response_only=True)],
    )
    def get(self, request: Request, source_id: int) -> Response:
        return Response(source_shown(source_of(request, source_id)))

    @operation(
        "change_trigger_source",
        "Change a trigger source",
        tag=TAG,
        scope=WRITE[0],
        request=TriggerSourceChange,
        responses={200: TriggerSourceOutput},
        also=(404, 409),
        description="Key and secret stay, unless the secret cannot be one of the new scheme: then "
        "the answer holds a new one. `is_test` bites from the next event on: what came before stays "
        f"what it was. {_IN_NAME}",
        examples=[
            OpenApiExample("Leave the sandbox", examples.SOURCE_CHANGE, request_only=True),
            OpenApiExample("Live", examples.SOURCE_LIVE, response_only=True, status_codes=["200"]),
        ],
    )
    def patch(self, request: Request, source_id: int) -> Response:
        source, values = source_of(request, source_id), body(request, _CHANGE)
        made = source_change(source=source, values=source_values(values), actor=actor_of(request))
        return Response(made_shown(made))

    @operation(
        "delete_trigger_source",
        "Delete a trigger source",
        tag=TAG,
        scope=WRITE[0],
        responses={204: None},
        also=(404,),
        description="With its mappings and events; messages stay.",
    )
    def delete(self, request: Request, source_id: int) -> Response:
        source_delete(source=source_of(request, source_id), actor=actor_of(request))
        return Response(status=204)


class TriggerSourceRotateView(ApiView):
    """`/trigger-sources/{id}/rotate`"""

    scopes = {"POST": WRITE}

    @operation(
        "rotate_trigger_secret",
        "Give a source a new secret",
        tag=TAG,
        scope=WRITE[0],
        request=SecretInput,
        responses={200: TriggerSourceOutput},
        also=(404,),
        description="The old one is good for another 24 hours.",
        examples=[OpenApiExample("Rotated", examples.SOURCE_MADE, response_only=True)],
    )
    def post(self, request: Request, source_id: int) -> Response:
        source, values = source_of(request, source_id), body(request, _SECRET)
        made = source_rotate(
            source=source, actor=actor_of(request), secret=values.get("secret", "")
        )
        return Response(made_shown(made))


class TriggerSourceDryRunView(ApiView):
    """`/trigger-sources/{id}/dry-run`"""

    takes_test_keys = True  # nothing is stored
    scopes = {"POST": READ}

    @operation(
        "dry_run_trigger",
        "Try an event",
        tag=TAG,
        scope=READ[0],
        request=DryRunInput,
        responses={200: TriggerTrialOutput},
        also=(404,),
        description="Which mappings would send, what (by the preview of the code that sends), and "
        "why the others would not. Nothing is stored, sent or counted.",
        examples=[
            OpenApiExample("An order", examples.DRY_RUN_REQUEST, request_only=True),
            OpenApiExample(
                "One mapping", examples.DRY_RUN, response_only=True, status_codes=["200"]
            ),
        ],
    )
    def post(self, request: Request, source_id: int) -> Response:
        source, values = source_of(request, source_id), body(request, _DRY_RUN)
        trial = source_trial(
            source=source,
            body=json.dumps(values["payload"], ensure_ascii=False),
            headers=values.get("headers", {}),
            name=values.get("event", ""),
            with_drafts=values["drafts"],
        )
        return Response(trial_shown(trial))


class PresetTextOutput(OutputSerializer):
    """A text of a preset, and how it stands with it in the account."""

    template = serializers.CharField()
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=["ready", "waiting", "drafted", "missing"])


class PresetOutput(OutputSerializer):
    """A preset."""

    preset = serializers.CharField()
    name = serializers.CharField()
    about = serializers.CharField()
    events = serializers.ListField(child=serializers.CharField())
    templates = PresetTextOutput(many=True)


class PresetPageOutput(OutputSerializer):
    """All presets."""

    data = PresetOutput(many=True)  # type: ignore[assignment]  # named as the base's attribute


class PresetUseInput(StrictSerializer):
    """What a preset needs to know."""

    name = Text(max_length=80, help_text=_("The source's name."))
    from_ = Text(max_length=30, source="sender", help_text=_("The sender of its messages."))
    advertiser = Text(max_length=120, help_text=_("Whose texts are drafted, by name."))
    secret = Text(max_length=200, required=False)
    is_test = Truth(default=False, help_text=SANDBOX_HELP)


class PresetMadeOutput(OutputSerializer):
    """What was made."""

    source = TriggerSourceOutput()  # type: ignore[assignment]  # named as the base's attribute
    mappings = TriggerMappingOutput(many=True)
    templates = PresetTextOutput(many=True)


class TriggerPresetsView(ApiView):
    """`/trigger-presets`"""

    scopes = {"GET": READ}

    @operation(
        "list_trigger_presets",
        "List presets",
        tag=TAG,
        scope=READ[0],
        responses={200: PresetPageOutput},
    )
    def get(self, request: Request) -> Response:
        account = account_of(request)
        found = [
            {
                "preset": one.code,
                "name": one.name,
                "about": one.about,
                "events": [name for mapping in one.mappings for name in mapping.spec["events"]],
                "templates": [_text_shown(text) for text in preset_texts(account, one)],
            }
            for one in presets().values()
        ]
        return Response({"data": found})


class TriggerPresetUseView(ApiView):
    """`/trigger-presets/{preset}/use`"""

    scopes = {"POST": WRITE}

    @operation(
        "use_trigger_preset",
        "Make a source from a preset",
        tag=TAG,
        scope=WRITE[0],
        request=PresetUseInput,
        responses={201: PresetMadeOutput},
        also=(404, 409),
        description="With its mappings: those whose text is approved are active at once. Texts "
        f"that are missing are drafted and handed in for approval. {_IN_NAME}",
    )
    def post(self, request: Request, preset: str) -> Response:
        account, values = account_of(request), body(request, PresetUseInput())
        found = preset_use(
            account=account,
            code=preset,
            name=values["name"],
            advertiser=advertiser_named(account, values["advertiser"]),
            sender=values["sender"].removeprefix("+"),
            actor=actor_of(request),
            secret=values.get("secret", ""),
            is_test=values["is_test"],
        )
        return Response(
            {
                "source": made_shown(found.made),
                "mappings": [mapping_shown(one) for one in found.mappings],
                "templates": [_text_shown(one) for one in found.texts],
            },
            201,
        )


def _text_shown(text: PresetText) -> dict[str, Any]:
    return {"template": text.slug, "name": text.name, "state": text.state}
