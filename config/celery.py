"""The Celery application: routing, releases, imports, webhooks, and the carriers' sessions."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

app = Celery("signalbox")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# By name: its module is loaded when a worker starts, after Django.
app.steps["worker"].add("carriers.bootstep:CarrierStep")
