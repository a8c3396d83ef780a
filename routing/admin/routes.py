from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.db.models import F, QuerySet
from django.db.models.functions import Length
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from compliance.constants import MessageClass
from compliance.scoping import PlatformScopedAdmin
from config.common import clock
from config.common.console.forms import ServiceForm
from config.common.console.labels import coloured
from routing.admin.route_map import map_page
from routing.admin.trying import try_address, try_page
from routing.constants import PolicyState, TrafficKind
from routing.models import Route, RoutePolicy
from routing.readable_policies import classes, destination, sender_kinds
from routing.selectors.route_shadows import shadows
from routing.services.policies.routes import RouteValues, route_put, routes_change

_MOST_NAMED = 3  # routes that take traffic first, in a list's cell
_VALUES = (
    "name",
    "is_active",
    "tier",
    "weight",
    "country",
    "prefix",
    "message_classes",
    "sender_kinds",
    "traffic_kind",
)
_RELATIONS = ("carrier", "network", "account")


class RouteForm(ServiceForm):
    """The service checks what belongs together."""

    def clean_country(self) -> str:
        """Two capital letters, or none."""
        return str(self.cleaned_data["country"]).upper()


class VersionFilter(admin.SimpleListFilter):
    """The routes of the version in force, unless another is asked for."""

    title = _("version")
    parameter_name = "version"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The latest versions."""
        rows = RoutePolicy.objects.exclude(state=PolicyState.ACTIVE)[:20]
        return [(str(row.pk), f"{row} · {row.get_state_display()}") for row in rows]

    def choices(self, changelist: Any) -> Any:
        """The first choice is the version in force."""
        first, *others = super().choices(changelist)
        yield {**first, "display": _("In force")}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Route]) -> QuerySet[Route]:
        """Of one version."""
        chosen = self.value()
        if chosen and chosen.isdigit():
            return queryset.filter(policy=int(chosen))
        return queryset.filter(policy=RoutePolicy.objects.in_force(clock.now()))


class ClassFilter(admin.SimpleListFilter):
    """Routes that take a class, those of every class included."""

    title = _("class")
    parameter_name = "class"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        """The four classes."""
        return MessageClass.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[Route]) -> QuerySet[Route]:
        """Those that name it or none."""
        chosen = self.value()
        if chosen not in MessageClass.values:
            return queryset
        named = queryset.filter(message_classes__contains=[chosen])
        return named | queryset.filter(message_classes=[])


@admin.register(Route)
class RouteAdmin(PlatformScopedAdmin):
    """Which carrier takes what, in the order in which routes are looked at."""

    form = RouteForm
    list_display = (
        "destination",
        "name",
        "carrier",
        "tier",
        "weight",
        "state",
        "only_for",
        "gives_way",
    )
    list_display_links = ("destination", "name")
    list_filter = (
        VersionFilter,
        "carrier",
        "network",
        ClassFilter,
        "country",
        "tier",
        "is_active",
        "traffic_kind",
        "account",
    )
    list_select_related = ("carrier", "network", "account", "policy")
    search_fields = ("name", "carrier__name", "prefix", "network__name")
    readonly_fields = ()
    autocomplete_fields = ("carrier", "network", "account")
    actions_list = ("try_number", "route_map")
    actions_detail = ("try_from_here",)
    empty_title = _("No route yet")
    empty_text = _(
        "Without a route no message has a way. Begin with one for your country and a carrier whose"
        " bind is connected; closer ones for networks can follow."
    )
    fieldsets = (
        (
            None,
            {
                "fields": ("name", "carrier", "is_active"),
                "description": _(
                    "The route that fits a number most closely decides: a prefix before a network"
                    " before a country. Inside it the first tier is used, shared out by weight;"
                    " the next tier is the reserve when no carrier of the first can take messages."
                    " Saving makes a new version of the routes that is in force at once."
                ),
            },
        ),
        (
            _("Order"),
            {
                "fields": (("tier", "weight"),),
                "description": _(
                    "Weights 50 and 50 share in halves, 70 and 30 as it says. Weight 0 is a standby"
                    " inside the tier: it is used before the next tier."
                ),
            },
        ),
        (
            _("Destination"),
            {
                "fields": (("country", "prefix"), "network"),
                "description": _("Everything empty: the route for every other destination."),
            },
        ),
        (
            _("Only for"),
            {"fields": ("message_classes", "sender_kinds", "account", "traffic_kind")},
        ),
    )

    def get_ordering(self, request: HttpRequest) -> Any:
        """As the engine looks at them: by country, the closest fit first, then tier and weight."""
        return (
            F("country").desc(),
            Length("prefix").desc(),
            F("network__name").asc(nulls_last=True),
            "tier",
            "-weight",
            "name",
        )

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Its rows know which routes take traffic from them."""
        changes = super().get_changelist_instance(request)
        rows = list(changes.result_list)
        policies = {row.policy_id for row in rows}
        found = shadows(Route.objects.filter(policy__in=policies)) if len(policies) == 1 else {}
        for row in rows:
            row.taken_first = found.get(row.pk, ())
        changes.result_list = rows
        return changes

    def get_urls(self) -> list[Any]:
        """“Try a number” and the route map."""
        view = self.admin_site.admin_view
        return [
            path("try", view(partial(try_page, self)), name="routing_route_try"),
            path("map", view(partial(map_page, self)), name="routing_route_map"),
            *super().get_urls(),
        ]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A version that was in force stays as it was."""
        return super().has_change_permission(request, obj) and _is_open(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As changing."""
        return super().has_delete_permission(request, obj) and _is_open(obj)

    def save_model(self, request: HttpRequest, obj: Route, form: Any, change: bool) -> None:
        """In a draft, or by a new version that is in force at once."""
        user: Any = request.user
        saved = route_put(
            values=_values(form.cleaned_data),
            actor=user,
            name=form.initial["name"] if change else "",
            policy=obj.policy if change else _draft(request),
        )
        if change and saved.policy_id != obj.policy_id:
            text = gettext("%(policy)s of the routes is in force now.") % {"policy": saved.policy}
            messages.info(request, text)
        obj.pk, obj.policy = saved.pk, saved.policy

    def delete_model(self, request: HttpRequest, obj: Route) -> None:
        """As saving."""
        self._remove(request, [obj])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Route]) -> None:
        """All of them by one new version."""
        self._remove(request, list(queryset.select_related("policy")))

    def _remove(self, request: HttpRequest, routes: list[Route]) -> None:
        user: Any = request.user
        for policy in {route.policy for route in routes}:
            names = [route.name for route in routes if route.policy_id == policy.pk]
            routes_change(changes={}, actor=user, policy=policy, removed=names)

    @action(description=_("Try a number"), url_path="try-number", icon="science")
    def try_number(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(try_address())

    @action(description=_("Route map"), url_path="route-map", icon="map")
    def route_map(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:routing_route_map"))

    @action(description=_("Try a number from here"), url_path="try-from-here", icon="science")
    def try_from_here(self, request: HttpRequest, object_id: str) -> HttpResponse:
        route = self.get_object(request, object_id)
        if route is None:
            return HttpResponseRedirect(try_address())
        return HttpResponseRedirect(
            try_address(
                network=route.network_id,
                account=route.account_id,
                message_class=route.message_classes[0] if route.message_classes else "",
                policy=None if route.policy.state == PolicyState.ACTIVE else route.policy_id,
            )
        )

    @coloured(_("state"), {"active": "success", "inactive": "danger"}, ordering="is_active")
    def state(self, obj: Route) -> tuple[str, object]:
        return ("active", _("Active")) if obj.is_active else ("inactive", _("Inactive"))

    @display(description=_("destination"))
    def destination(self, obj: Route) -> str:
        return destination(obj)

    @display(description=_("only for"))
    def only_for(self, obj: Route) -> str:
        parts = [
            classes(obj) if obj.message_classes else "",
            sender_kinds(obj) if obj.sender_kinds else "",
            str(obj.account or ""),
            "P2P" if obj.traffic_kind == TrafficKind.P2P else "",
        ]
        return " · ".join(part for part in parts if part) or gettext("Everything")

    @display(description=_("gives way to"))
    def gives_way(self, obj: Any) -> str:
        names = obj.taken_first
        if not names:
            return "–"
        shown = ", ".join(names[:_MOST_NAMED])
        more = len(names) - _MOST_NAMED
        return shown if more <= 0 else f"{shown} +{more}"


def _is_open(route: Route | None) -> bool:
    """Whether a change of the route goes into a draft or into the version in force."""
    if route is None or route.policy.state == PolicyState.DRAFT:
        return True
    present = RoutePolicy.objects.in_force(clock.now())
    return present is not None and route.policy_id == present.pk


def _draft(request: HttpRequest) -> RoutePolicy | None:
    """The draft that a new route is for, where a link named one."""
    named = request.GET.get("policy", "")
    return RoutePolicy.objects.filter(pk=int(named)).first() if named.isdigit() else None


def _values(given: dict[str, Any]) -> RouteValues:
    related = {f"{name}_id": given[name] and given[name].pk for name in _RELATIONS}
    return {**{name: given[name] for name in _VALUES}, **related}  # type: ignore[typeddict-item]
