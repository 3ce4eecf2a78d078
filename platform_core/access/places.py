"""From where a key is used: the network of the caller's address, /16 of IPv4 and /32 of IPv6.

No database of countries is shipped. Who has one names a function in ``KEY_PLACE_RESOLVER`` that makes a short text of an
address ("CO"); an empty text says nothing.
"""

import functools
import ipaddress

from django.conf import settings
from django.utils.module_loading import import_string

LENGTH = 60
PREFIXES = {4: 16, 6: 32}


def network_of(address: str) -> str:
    """This will name the network of an address."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return str(ipaddress.ip_network(f"{ip}/{PREFIXES[ip.version]}", strict=False))


def place_of(address: str | None) -> str:
    """This will name the place of an address, as the setting says; empty without an address."""
    return _resolved(settings.KEY_PLACE_RESOLVER, address) if address else ""


@functools.lru_cache(maxsize=10_000)
def _resolved(resolver: str, address: str) -> str:
    return str(import_string(resolver)(address))[:LENGTH]
