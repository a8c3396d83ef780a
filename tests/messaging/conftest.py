"""What tests of the Verification API and of its limits share."""

from typing import Any

import pytest

from messaging.services.verification import windows
from tests.world import World


@pytest.fixture(params=["valkey", "postgresql"])
def counter(request: pytest.FixtureRequest, servers: Any, settings: Any, world: World) -> str:
    """Who counts the sends of verifications: Valkey, or PostgreSQL in its place."""
    settings.CACHE_URL = servers.cache_url if request.param == "valkey" else ""
    windows.rest.end()
    if settings.CACHE_URL:
        client = windows._client(settings.CACHE_URL)
        for account in (world.account, world.other_account):
            for key in client.scan_iter(f"signalbox:{{otp:{account.pk}}}:*"):
                client.delete(key)
    return str(request.param)
