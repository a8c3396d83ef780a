"""Every door of the platform."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView

from carriers.views import NewsView
from config import health
from config.common.api import handlers
from config.common.api.docs import DocsView
from config.common.api.guide import getting_started
from config.dashboards.live import live_view
from config.language import set_language
from config.navigation import icon_address
from messaging.api.oauth import RevokeView, TokenView
from messaging.api.oauth import metadata as oauth_metadata
from messaging.views import PreferenceView


def favicon(request: HttpRequest) -> HttpResponse:
    """The product's icon, where browsers look for one by themselves."""
    return HttpResponsePermanentRedirect(icon_address(request))


admin.autodiscover()
urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    # Browsers ask here on pages that name no icon (the schema, a download's tab).
    path("favicon.ico", favicon),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("language/", set_language, name="set_language"),
    path("admin/live/carriers/", live_view, name="carriers-live"),
    path("admin/", admin.site.urls),
    path("p/<str:token>", PreferenceView.as_view(), name="preferences"),
    path(
        "carriers/receipts/<str:token>",
        NewsView.as_view(what="receipts"),
        name="carrier-receipts",
    ),
    path("carriers/replies/<str:token>", NewsView.as_view(what="replies"), name="carrier-replies"),
    path("api/v1/", include("messaging.api.urls")),
    path("api/v1/", include("messaging.api.operations.urls")),
    path("api/v1/", include("campaigns.api.urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/oauth/token", TokenView.as_view()),
    path("api/oauth/revoke", RevokeView.as_view()),
    path(".well-known/oauth-authorization-server", oauth_metadata),
    path("api/docs/getting-started/", getting_started, name="api-getting-started"),
    path("api/docs/", DocsView.as_view(), name="api-docs"),
]
handler400 = handlers.bad_request
handler403 = handlers.forbidden
handler404 = handlers.not_found
handler500 = handlers.server_error
