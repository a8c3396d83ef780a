import os
import sys

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from config.common.collection import collection_relaxed, collection_seldom

collection_seldom()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
application = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018  every view's code, before the collector is told to rest
# A batch makes ten thousands of objects without cycles; looking through them was half of its time.
collection_relaxed()
# A request waits a dozen times for the database, and after each for a thread that computes: with
# Python's 5 ms for a turn those waits were most of an answer's time.
sys.setswitchinterval(0.0005)
