"""Chromium over Django's live server; one window for the run, a fresh session per test."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

from messaging.selectors.snapshot import snapshots
from tests.browser.chromium import Chromium

OPTIONS = (
    "--headless=new",
    "--no-sandbox",  # containers and root
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--window-size=1440,1000",
)


# The live server's threads keep a connection as long as the window keeps theirs.
_LEAVE = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@pytest.fixture(scope="session")
def driver(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Chrome]:
    chromium, chromedriver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or chromedriver is None:
        pytest.skip("chromium and chromedriver are not installed (Debian: chromium-driver)")
    options = ChromeOptions()
    options.binary_location = chromium
    for option in OPTIONS:
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    window = Chrome(options=options, service=Service(chromedriver))
    yield window
    window.quit()
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(_LEAVE)


@pytest.fixture
def page(driver: Chrome, live_server: Any) -> Iterator[Chromium]:
    """The window, empty; afterwards no page may have complained or asked another host."""
    snapshots.forget()
    page = Chromium(driver, live_server.url)
    page.logged()
    yield page
    page.look()
    driver.delete_all_cookies()
    driver.get("about:blank")  # no request of a page outlives its test
    assert page.faults == []
