"""What numbers and addresses are counted together."""

from ipaddress import IPv6Address, ip_address
from typing import Final

# Networks are given numbers in blocks of ten thousand, and pumping buys such blocks.
BLOCK_DIGITS: Final = 4
RANGE_DIGITS: Final = 6
_IPV6_SUBSCRIBER_BITS: Final = 64


def block_of(msisdn: str) -> str:
    """The ten thousand numbers that it is one of."""
    return msisdn[:-BLOCK_DIGITS]


def range_of(msisdn: str) -> str:
    """The million numbers that it is one of."""
    return msisdn[:-RANGE_DIGITS]


def prefixes_of(msisdn: str) -> list[str]:
    """Every beginning of the number, the shortest first, with the number itself; and "" for all."""
    return [msisdn[:length] for length in range(len(msisdn) + 1)]


def subscriber_of(ip: str) -> str:
    """An address as limits count it: of IPv6 the network that one subscriber gets."""
    address = ip_address(ip)
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        kept = int(address) >> _IPV6_SUBSCRIBER_BITS << _IPV6_SUBSCRIBER_BITS
        return f"{IPv6Address(kept)}/{_IPV6_SUBSCRIBER_BITS}"
    return str(address)
