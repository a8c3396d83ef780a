"""`make run`: one machine, embedded servers, secrets made on first use and kept under var/."""

import base64
import secrets

from config.settings.base import *  # noqa: F403  settings modules extend one another
from config.settings.base import STATIC_ROOT, VAR_DIR, derived_key


def _local_secret(name: str, made: str) -> str:
    path = VAR_DIR / name
    if not path.exists():
        VAR_DIR.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(made)
    return path.read_text()


DEBUG = False
SECRET_KEY = _local_secret("secret_key", secrets.token_urlsafe(48))
SECRET_ENCRYPTION_KEYS = [derived_key(SECRET_KEY)]
LEDGER_SIGNING_KEYS = [
    _local_secret("ledger_key", base64.b64encode(secrets.token_bytes(32)).decode())
]
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
# The sandbox's webhook receivers live on this machine.
WEBHOOK_ALLOW_PRIVATE = True
# … and the simulator answers lookups.
LOOKUP_PRIVATE_NETWORKS = ["127.0.0.0/8"]
# Served from where they lie: nothing to collect before the first page.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
WHITENOISE_USE_FINDERS = True
# So does the simulated carrier over HTTP.
HTTP_CARRIER_NETWORKS = ["127.0.0.0/8"]
