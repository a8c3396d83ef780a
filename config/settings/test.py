"""The suite: throw-away embedded servers, cheap password hashing, no broker unless asked."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("SIGNALBOX_VAR", str(Path(tempfile.gettempdir()) / f"sbt-{os.getpid()}"))
# Each process of a parallel run has servers of its own.
if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    os.environ["SIGNALBOX_VAR"] += worker

from config.settings.base import *  # noqa: F403  settings modules extend one another
from config.settings.base import derived_key, derived_seed

DEBUG = False
SECRET_KEY = "not-a-secret-only-for-tests-0123456789-abcdefghijklmnop"  # noqa: S105
SECRET_ENCRYPTION_KEYS = [derived_key(SECRET_KEY)]
LEDGER_SIGNING_KEYS = [derived_seed(SECRET_KEY)]
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# No static files are collected for tests.
WHITENOISE_AUTOREFRESH = True
