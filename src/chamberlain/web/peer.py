"""Who is at the other end: the address of the browser or script, also behind proxies that we trust."""

from ipaddress import IPv4Address, IPv6Address, ip_address

from django.http import HttpRequest

from chamberlain.settings import load

FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-Ip", "Via")


def address_of(request: HttpRequest) -> str:
    """The nearest address that no trusted proxy has; what strangers write into X-Forwarded-For counts for nothing."""
    peer = str(request.META.get("REMOTE_ADDR", ""))
    trusted = load().proxies if request.headers.get("X-Forwarded-For") else ()
    hops = [peer, *(hop.strip() for hop in reversed(request.headers.get("X-Forwarded-For", "").split(",")))]
    last = peer
    for hop in hops:
        address = _parsed(hop)
        if address is None:
            return last
        last = str(address)
        if not any(address in network for network in trusted):
            return last
    return last


def network_of(address: str) -> str:
    """What one household or attacker has: an IPv4 address, or the first 64 bits of an IPv6 one."""
    parsed = _parsed(address)
    if isinstance(parsed, IPv6Address):
        return f"{IPv6Address(int(parsed) >> 64 << 64)}/64"
    return str(parsed or "unknown")


def is_this_machine(request: HttpRequest) -> bool:
    """Whether nobody but this machine asks; a proxy on it hands on what others ask."""
    peer = _parsed(str(request.META.get("REMOTE_ADDR", "")))
    return peer is not None and peer.is_loopback and not any(name in request.headers for name in FORWARDED)


def is_from_ours(request: HttpRequest) -> bool:
    """Whether who hands the request to us is this machine or a proxy that we trust."""
    peer = _parsed(str(request.META.get("REMOTE_ADDR", "")))
    return peer is not None and (peer.is_loopback or any(peer in network for network in load().proxies))


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
