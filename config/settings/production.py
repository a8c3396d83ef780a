"""Servers of one's own, behind TLS: every secret and address from the environment."""

from config.common import env
from config.settings.base import *  # noqa: F403  settings modules extend one another
from config.settings.base import derived_key, derived_seed

DEBUG = False
SECRET_KEY = env.required("SECRET_KEY")
SECRET_ENCRYPTION_KEYS = env.items("SECRET_ENCRYPTION_KEYS") or [derived_key(SECRET_KEY)]
LEDGER_SIGNING_KEYS = env.items("LEDGER_SIGNING_KEYS") or [derived_seed(SECRET_KEY)]
ALLOWED_HOSTS = env.items("ALLOWED_HOSTS")
_named = [host.lstrip(".") for host in ALLOWED_HOSTS if host != "*"]
PREFERENCE_BASE_URL = env.text("PREFERENCE_BASE_URL", f"https://{_named[0]}" if _named else "")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if host != "*"]
SECURE_SSL_REDIRECT = env.boolean("SECURE_SSL_REDIRECT", True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = env.integer("SECURE_HSTS_SECONDS", 31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
