"""Settings every environment shares; what differs between machines comes from the environment."""

import base64
import hashlib
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from config import embedded
from config.common import env
from config.settings.description import SPECTACULAR_SETTINGS  # noqa: F401  read by Django
from config.settings.schedule import (  # noqa: F401
    CELERY_BEAT_SCHEDULE,
    CELERY_TASK_ROUTES,
)

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VAR_DIR = Path(env.text("SIGNALBOX_VAR", str(BASE_DIR / "var")))

PORT = env.integer("PORT", 8000)
SIMULATOR_PORT = env.integer("SIMULATOR_PORT", 2775)
SIMULATOR_CONTROL_URL = env.text("SIMULATOR_CONTROL_URL", f"http://127.0.0.1:{SIMULATOR_PORT + 20}")

_addresses = embedded.addresses(VAR_DIR)
DATABASE_URL = env.text("DATABASE_URL", _addresses.database_url if _addresses else "")
BROKER_URL = env.text("BROKER_URL", _addresses.broker_url if _addresses else "")
CACHE_URL = env.text("CACHE_URL", _addresses.cache_url if _addresses else "")


def database_from_url(url: str) -> dict[str, object]:
    """Django's dictionary for postgresql://user:password@host:port/name?host=/socket/folder."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "signalbox",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": query.pop("port", str(parts.port or "")),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": False,
        # Django's own cursors never prepare; config.common.database.prepared does.
        "OPTIONS": {"application_name": "signalbox web", "prepare_threshold": 0, **query},
    }


DATABASES = {"default": database_from_url(DATABASE_URL)}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": CACHE_URL or "redis://127.0.0.1:6379/1",
        "KEY_PREFIX": "signalbox",
        # Whoever uses the cache does without it when it is gone, and must learn so quickly.
        "OPTIONS": {"socket_connect_timeout": 0.2, "socket_timeout": 0.2},
    }
}

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",  # the site is ours: config.admin_site
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.guardian",
    "unfold.contrib.simple_history",
    "config.admin_app.SignalboxAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "guardian",
    "oauth2_provider",  # its protocol; clients and tokens are compliance's
    "simple_history",
    "django_celery_beat",
    "config.apps.ConfigConfig",
    "compliance.apps.ComplianceConfig",
    "carriers.apps.CarriersConfig",
    "routing.apps.RoutingConfig",
    "messaging.apps.MessagingConfig",
    "campaigns.apps.CampaignsConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.CallerMiddleware",
    "config.middleware.Sessions",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "config.middleware.Authentication",
    "config.middleware.PersonalPreferencesMiddleware",
    "config.middleware.Messages",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.middleware.History",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

AUTH_USER_MODEL = "compliance.User"
AUTHENTICATION_BACKENDS = ["compliance.backends.RoleBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# RoleBackend answers for guardian's rows too, by role in the object's account.
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False
LOGIN_URL = reverse_lazy("admin:login")
# Unfold's sign-in form loses the way on when the page is opened by its own address.
LOGIN_REDIRECT_URL = reverse_lazy("admin:index")

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("vi", _("Vietnamese"))]
LOCALE_PATHS = [BASE_DIR / "config" / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_I18N = True
USE_TZ = True
# Django's own Vietnamese format leaves 60000 as it is.
NUMBER_GROUPING = 3

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = VAR_DIR / "uploads"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
# Uploads hold personal data.
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# Cookies carry the port: two checkouts on one machine must not log each other out.
SESSION_COOKIE_NAME = f"signalbox_session_{PORT}"
CSRF_COOKIE_NAME = f"signalbox_csrf_{PORT}"
LANGUAGE_COOKIE_NAME = f"signalbox_language_{PORT}"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["messaging.api.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["messaging.api.authentication.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "messaging.api.problems.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "DATETIME_FORMAT": "iso-8601",
}
MIGRATION_MODULES = {"oauth2_provider": "config.oauth2_provider.migrations"}
OAUTH2_PROVIDER = {
    "OAUTH2_VALIDATOR_CLASS": "messaging.api.oauth.ClientValidator",
    "OAUTH2_SERVER_CLASS": "oauthlib.oauth2.BackendApplicationServer",
    "ACCESS_TOKEN_GENERATOR": "messaging.api.oauth.token_generator",
    "ACCESS_TOKEN_EXPIRE_SECONDS": env.integer("OAUTH_TOKEN_SECONDS", 3600),
    # RFC 9700: client credentials are the only grant, and the library's others stay shut too.
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
}
# Requests per API key and minute, by budget, where neither key nor account has limits of its own.
API_SENDS_PER_MINUTE = env.integer("API_SENDS_PER_MINUTE", 6000)
API_ROWS_PER_MINUTE = env.integer("API_ROWS_PER_MINUTE", 600_000)
API_READS_PER_MINUTE = env.integer("API_READS_PER_MINUTE", 6000)
API_WRITES_PER_MINUTE = env.integer("API_WRITES_PER_MINUTE", 6000)
# X-RateLimit-Limit and its kin beside RateLimit, for clients that know nothing newer.
API_LEGACY_RATE_HEADERS = env.boolean("API_LEGACY_RATE_HEADERS", False)
# Proxies in front of us that may be believed about addresses.
TRUSTED_PROXIES = env.integer("TRUSTED_PROXIES", 0)
# The header in which a proxy that ends TLS names the caller's certificate, and the addresses of
# the proxies that may be believed in it (networks, or "unix" for a socket).
CLIENT_CERTIFICATE_HEADER = env.text("CLIENT_CERTIFICATE_HEADER", "")
CLIENT_CERTIFICATE_PROXIES = env.items("CLIENT_CERTIFICATE_PROXIES") or ["127.0.0.1/32", "::1/128"]

CELERY_BROKER_URL = BROKER_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "maintenance"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_TIME_LIMIT = 900
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"visibility_timeout": 3600, "socket_connect_timeout": 1, "socket_timeout": 30}
    if BROKER_URL.startswith("redis")
    else {}
)
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# Files of do-not-call registers put here are loaded by the minute; workers on several machines
# share the folder or only one of them has it. See docs/compliance.md for their names.
REGISTER_FOLDER = Path(env.text("REGISTER_FOLDER", str(VAR_DIR / "registers")))

# Where crash journals of carrier sessions and the simulator's record live: local disk.
JOURNAL_DIR = VAR_DIR / "journal"
SIMULATOR_DIR = VAR_DIR / "simulator"
# Where binds of the sandbox may lead: messages of test keys go there, and nowhere else.
SANDBOX_HOST = env.text("SANDBOX_HOST", "127.0.0.1")

# Daily digests of the chained books are signed with the first of LEDGER_SIGNING_KEYS (Ed25519,
# 32 bytes in base64; see the settings of each environment). Public keys of keys that are gone
# stay here, so that older digests are still known as ours.
LEDGER_PUBLIC_KEYS = env.items("LEDGER_PUBLIC_KEYS")
# Who gets each day's digests by e-mail; without addresses they are only kept.
LEDGER_DIGEST_RECIPIENTS = env.items("LEDGER_DIGEST_RECIPIENTS")

# How far releases may run ahead of the carriers: messages waiting per lane of bulk traffic.
RELEASE_BACKLOG = env.integer("RELEASE_BACKLOG", 5000)
RELEASE_SLICE = env.integer("RELEASE_SLICE", 1000)

# How long what carriers did is kept, by minute, hour and day.
OBSERVATION_MINUTES_DAYS = env.integer("OBSERVATION_MINUTES_DAYS", 3)
OBSERVATION_HOURS_DAYS = env.integer("OBSERVATION_HOURS_DAYS", 90)
OBSERVATION_DAYS_DAYS = env.integer("OBSERVATION_DAYS_DAYS", 800)
# A carrier without a session for so long gives its waiting messages to others; one-time codes
# and the like move after two seconds.
REROUTE_UNBOUND_SECONDS = env.integer("REROUTE_UNBOUND_SECONDS", 10)
# Automatic answers of keyword rules that one number gets from an account in an hour: two machines
# that answer each other fall silent then.
KEYWORD_ANSWERS_PER_HOUR = env.integer("KEYWORD_ANSWERS_PER_HOUR", 10)
# Parts of a long reply are waited for so long after the last one, then it is shown with gaps; and
# within how long after a reply the same one may be the SMSC's repetition (decision 0029).
INBOUND_PARTS_SECONDS = env.integer("INBOUND_PARTS_SECONDS", 300)
INBOUND_REPEAT_SECONDS = env.integer("INBOUND_REPEAT_SECONDS", 30)
# An answer slower than this is as bad a sign as half a refusal; and how long receipts may stay
# away before that is one, where a carrier's usual time is not known or shorter.
SLOW_ANSWER_SECONDS = env.integer("SLOW_ANSWER_SECONDS", 4)
RECEIPT_PATIENCE_SECONDS = env.integer("RECEIPT_PATIENCE_SECONDS", 60)
TEMPERATURE_PACE = env.integer("TEMPERATURE_PACE", 1)  # 10: ten times as fast, for a rehearsal
# Messages a minute that a hot carrier gets to show that it has cooled.
HOT_PROBES_PER_MINUTE = env.integer("HOT_PROBES_PER_MINUTE", 6)
# Who hears of a hot, unbound or refused carrier: by e-mail, and by signed POSTs.
ALERT_RECIPIENTS = env.items("ALERT_RECIPIENTS")
ALERT_WEBHOOK_URL = env.text("ALERT_WEBHOOK_URL")
ALERT_WEBHOOK_SECRET = env.text("ALERT_WEBHOOK_SECRET")

# Where people open the pages of their links; and the secrets of those links, newest first, where
# they are not to hang on SECRET_KEY (old ones keep their links alive for as long as they stand
# here).
PREFERENCE_BASE_URL = env.text("PREFERENCE_BASE_URL", f"http://127.0.0.1:{PORT}")
PREFERENCE_SECRETS = env.items("PREFERENCE_SECRETS")

# Networks besides the open internet where carriers over HTTP may be: addresses in a tunnel to them.
HTTP_CARRIER_NETWORKS = env.items("HTTP_CARRIER_NETWORKS")
# Where carriers over HTTP reach this platform with their receipts and replies.
CARRIER_WEBHOOK_BASE_URL = env.text("CARRIER_WEBHOOK_BASE_URL", f"http://127.0.0.1:{PORT}")

# The currency in which margins are compared, by exchange rates that operators enter.
BASE_CURRENCY = env.text("BASE_CURRENCY", "VND")

# Webhooks to private addresses are refused unless a development machine allows them.
WEBHOOK_ALLOW_PRIVATE = env.boolean("WEBHOOK_ALLOW_PRIVATE", False)
# Networks of one's own in which databases of ported numbers stand, such as 10.1.0.0/16.
LOOKUP_PRIVATE_NETWORKS = env.items("LOOKUP_PRIVATE_NETWORKS")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"fields": {"()": "config.common.logs.FieldsFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "fields"}},
    "root": {"handlers": ["stderr"], "level": env.text("LOG_LEVEL", "INFO")},
    "loggers": {"celery": {"level": "WARNING"}, "kombu": {"level": "WARNING"}},
}

UNFOLD = {
    "SITE_TITLE": "Signalbox",
    "SITE_HEADER": "Signalbox",
    "SITE_SYMBOL": "swap_calls",
    "SITE_URL": None,
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": "config.navigation.icon_address"}
    ],
    "STYLES": ["config.navigation.style_address"],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "DASHBOARD_CALLBACK": "config.dashboards.home",
    "SIDEBAR": {
        "show_search": True,
        "show_all_applications": False,
        "navigation": "config.navigation.sidebar",
    },
    "COLORS": {
        "primary": {
            "50": "239 246 255",
            "100": "219 234 254",
            "200": "191 219 254",
            "300": "147 197 253",
            "400": "96 165 250",
            "500": "37 99 235",
            "600": "29 78 216",
            "700": "30 64 175",
            "800": "30 58 138",
            "900": "23 37 84",
            "950": "12 20 48",
        }
    },
}


def derived_key(secret: str) -> str:
    """A Fernet key for machines where only SECRET_KEY is set."""
    return base64.urlsafe_b64encode(hashlib.sha256(secret.encode()).digest()).decode()


def derived_seed(secret: str) -> str:
    """An Ed25519 seed (base64) for machines where only SECRET_KEY is set."""
    return base64.b64encode(hashlib.sha256(b"ledger signing " + secret.encode()).digest()).decode()
