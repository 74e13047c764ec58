"""A receiver of messages: looked up once, judged, and pinned, so that its name cannot lead elsewhere afterwards."""

import socket
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

import httpx2

from chamberlain.errors import Refused, Upstream
from chamberlain.policy.outbound import Address, Network, Target, judge_addresses, judge_url

SECONDS = 10.0

Lookup = Callable[[str, int], list[str]]


@dataclass(frozen=True, slots=True)
class Destination:
    """Where to send: what was named, and the one address that it led to."""

    target: Target
    address: Address


def look_up(host: str, port: int) -> list[str]:
    """The addresses of a name, as this machine finds them; odd ways to write an address are resolved, too."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]).partition("%")[0] for entry in found]


def destination(url: str, *, allowed: tuple[Network, ...] = (), lookup: Lookup = look_up) -> Destination:
    """The receiver that an address names.

    allowed  networks inside the house that may be reached
    raises   Refused("destination_forbidden", why=...), Upstream("destination_unknown")
    """
    target = judge_url(url)
    if not isinstance(target, Target):
        raise Refused("destination_forbidden", why=", ".join(sorted(one.value for one in target)))
    try:
        addresses = [ip_address(text) for text in lookup(target.host, target.port)]
    except (OSError, ValueError) as error:
        raise Upstream("destination_unknown", host=target.host) from error
    if not addresses:
        raise Upstream("destination_unknown", host=target.host)
    if objections := judge_addresses(target, addresses, allowed=allowed):
        raise Refused("destination_forbidden", why=", ".join(sorted(one.value for one in objections)))
    return Destination(target, addresses[0])


def send(to: Destination, *, body: bytes, headers: dict[str, str], verify: Any = True) -> int:
    """Posts once, to the pinned address, under the name that was given; the status of the answer.

    A redirect is an answer like any other: it is not followed. No proxy of the environment is asked.

    verify  what the certificate is checked against; it has to be one of the name
    raises  Upstream("destination_unreachable")
    """
    target = to.target
    host = f"[{to.address}]" if to.address.version == 6 else str(to.address)
    named = target.host if target.port in (80, 443) else f"{target.host}:{target.port}"
    url = f"{target.scheme}://{host}:{target.port}{target.path}"
    try:
        with (
            httpx2.Client(timeout=SECONDS, follow_redirects=False, trust_env=False, verify=verify) as client,
            client.stream(
                "POST",
                url,
                content=body,
                headers={**headers, "Host": named},
                extensions={"sni_hostname": target.host},
            ) as answer,
        ):
            return answer.status_code
    except httpx2.HTTPError as error:
        raise Upstream("destination_unreachable", host=target.host) from error
