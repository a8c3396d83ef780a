"""The Celery application: routing, releases, imports, webhooks, and the carriers' sessions."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_process_init, worker_ready

from config.common.collection import collection_relaxed, collection_seldom

collection_seldom()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
# They load every page of the console and the API, which no worker shows; .ci/run makes them.
os.environ.setdefault("CELERY_SKIP_CHECKS", "true")

app = Celery("signalbox")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# By name: its module is loaded when a worker starts, after Django.
app.steps["worker"].add("carriers.bootstep:CarrierStep")


@worker_ready.connect
@worker_process_init.connect
def _relax_collection(**_: Any) -> None:
    collection_relaxed()
