"""Where HTTP carriers may be: on the open internet, and in networks that the operator named."""

from collections.abc import Sequence
from ipaddress import ip_network

from django.conf import settings

from config.common.guarded.addresses import Address
from config.common.guarded.connections import Allowance


def allowance() -> Allowance:
    """Which addresses besides public ones may be connected to (HTTP_CARRIER_NETWORKS)."""
    networks = [ip_network(text, strict=False) for text in settings.HTTP_CARRIER_NETWORKS]

    def allows(address: Address) -> bool:
        return any(address in network for network in networks)

    return allows


def contains(networks: Sequence[str], address: Address) -> bool:
    """Whether a caller's address lies in one of the networks; an empty list holds everybody."""
    if not networks:
        return True
    return any(address in ip_network(text, strict=False) for text in networks)
