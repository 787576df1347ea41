"""Which addresses are near (this machine, a private network), and as what a distant one is counted."""

from __future__ import annotations

import ipaddress

_NETWORKS = ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7", "fe80::/10")
#: Python's `is_private` means more: whatever is not routed on the internet.
_NEAR = tuple(ipaddress.ip_network(each) for each in _NETWORKS)
_ONE_CLIENT = 64


def _read(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def is_near(host: str) -> bool:
    """Whether this is an address of this machine or of a private network; what is no address is not near."""
    address = _read(host)
    return address is not None and any(address in network for network in _NEAR)


def counted(host: str) -> str:
    """As what a client is counted: a network of IPv6 like one address, since every client has billions; "" for near ones and for none."""
    address = _read(host)
    if address is None or is_near(host):
        return ""
    return str(address) if address.version == 4 else str(ipaddress.ip_network((address, _ONE_CLIENT), strict=False))
