"""Where we may send what somebody else named: webhooks lead to the internet, never into the house.

source  https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html (2025)
source  https://www.iana.org/assignments/iana-ipv6-special-registry (2024)
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

LONGEST_URL = 2_000
LOW_PORTS = {80, 443}
FIRST_HIGH_PORT = 1_024

# source  https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16 (2025): a public address
#         that is the host's own service inside Azure
METADATA = (ip_address("168.63.129.16"), ip_address("169.254.169.254"), ip_address("fd00:ec2::254"))

NAT64 = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))
COMPATIBLE = ip_network("::/96")
SPECIAL = (ip_network("192.0.0.0/24"), ip_network("192.88.99.0/24"))
"""For protocols and relays; not every Python counts them among those that are not global."""


class Objection(Enum):
    """Why not."""

    MALFORMED = "malformed"
    SCHEME = "scheme"
    CREDENTIALS = "credentials"
    PORT = "port"
    METADATA = "metadata"
    INTERNAL = "internal"
    UNENCRYPTED = "unencrypted"


@dataclass(frozen=True, slots=True)
class Target:
    """An address as it was named."""

    scheme: str
    host: str
    port: int
    path: str


def judge_url(url: str) -> Target | frozenset[Objection]:
    """The parts of an address, or everything that speaks against it before anybody is asked for it."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return frozenset({Objection.MALFORMED})
    default = 80 if parts.scheme == "http" else 443
    target = Target(parts.scheme, host, default if port is None else port, _path(parts.path, parts.query))
    is_odd = not host.isascii() or len(url) > LONGEST_URL or any(not " " < letter < "\x7f" for letter in url)
    found = {
        Objection.MALFORMED: not host or is_odd or "\\" in url or "%" in host,
        Objection.SCHEME: parts.scheme not in ("http", "https"),
        Objection.CREDENTIALS: parts.username is not None or parts.password is not None,
        Objection.PORT: target.port not in LOW_PORTS and target.port < FIRST_HIGH_PORT,
    }
    objections = frozenset(objection for objection, holds in found.items() if holds)
    return objections or target


def judge_addresses(
    target: Target, addresses: Iterable[Address], *, allowed: tuple[Network, ...]
) -> frozenset[Objection]:
    """Everything that speaks against the addresses that a name leads to; all of them have to be good.

    allowed  networks inside the house that the installation lets webhooks reach; there plain http is enough
    """
    found: set[Objection] = set()
    for address in addresses:
        faces = _faces(address)
        if any(_never(face) for face in faces):
            found.add(Objection.METADATA)
        elif not any(_inside(face, allowed) for face in faces):
            found |= {Objection.INTERNAL} if not all(_is_public(face) for face in faces) else set()
            found |= {Objection.UNENCRYPTED} if target.scheme != "https" else set()
    return frozenset(found)


def _path(path: str, query: str) -> str:
    return (path or "/") + (f"?{query}" if query else "")


def _faces(address: Address) -> tuple[Address, ...]:
    """The address, and the IPv4 ones that hide in it: mapped, compatible, 6to4, Teredo, NAT64."""
    if isinstance(address, IPv4Address):
        return (address,)
    hidden: list[IPv4Address | None] = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in COMPATIBLE or any(address in network for network in NAT64):
        hidden.append(IPv4Address(int(address) & 0xFFFFFFFF))
    inner = tuple(one for one in hidden if one is not None)
    return inner if address.ipv4_mapped else (address, *inner)


def _never(address: Address) -> bool:
    """Nothing of these is a receiver, whatever is allowed: services of the cloud's host, and no place at all."""
    return address in METADATA or address.is_link_local or address.is_multicast or address.is_unspecified


def _inside(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def _is_public(address: Address) -> bool:
    is_site_local = isinstance(address, IPv6Address) and address.is_site_local
    return address.is_global and not (address.is_reserved or is_site_local or _inside(address, SPECIAL))
