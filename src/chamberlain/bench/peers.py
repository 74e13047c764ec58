"""`chamberlain bench peers`: our sync beside the obvious way, in one simulated tenant and one run."""

import importlib.util
import json
import os
import subprocess
import sys
import urllib.parse
import urllib.request
from typing import Any

from chamberlain.bench.laboratory import Laboratory, laboratory
from chamberlain.bench.sync import figures
from chamberlain.errors import Misconfigured

IN_FLIGHT = 16


def bench_peers(*, rounds: int, **options: float) -> dict[str, Any]:
    """Syncs with us and reads with Microsoft's SDK, twice: as it comes, and with $select and $top=999.

    rounds   how often ours is measured, each time into an empty database; the medians count
    options  of `chamberlain simulator`
    raises   Misconfigured("peer_missing") where the SDK is not installed
    """
    if importlib.util.find_spec("msgraph") is None:
        raise Misconfigured("peer_missing", package="msgraph-sdk")
    ours = []
    peers = {}
    for number in range(rounds):
        with laboratory(requests_in_flight=IN_FLIGHT, **options) as lab:
            ours.append(figures(lab, lab.sync()))
            if number == 0:
                peers = {"sdk": _peer(lab, selects=False), "sdk_selecting": _peer(lab, selects=True)}
    middle = sorted(ours, key=lambda one: one["seconds"])[rounds // 2]
    cpu = middle["cpu_seconds"] + (middle["database_cpu_seconds"] or 0)
    us = {
        "requests": middle["requests"],
        "resource_units": middle["resource_units"],
        "seconds": middle["seconds"],
        "cpu_seconds": round(cpu, 2),
        "equal_to_truth": all(one["equal_to_truth"] for one in ours),
    }
    return {
        **options,
        "chamberlain": us,
        **peers,
        "times_fewer": {name: _times(peer, us) for name, peer in peers.items()},
        "equal_to_truth": us["equal_to_truth"],
    }


def _times(peer: dict[str, Any], us: dict[str, Any]) -> dict[str, float]:
    names = ("requests", "resource_units", "seconds", "cpu_seconds")
    return {name: round(peer[name] / max(us[name], 0.01), 1) for name in names}


def _peer(lab: Laboratory, *, selects: bool) -> dict[str, Any]:
    command = [sys.executable, "-W", "ignore", "-m", "chamberlain.bench.peer_sdk", "--url", lab.tenant.url]
    before = lab.tenant.usage()
    done = subprocess.run(  # noqa: S603 - our own program
        [*command, *(["--selects"] if selects else [])],
        env={**os.environ, "CHAMBERLAIN_PEER_TOKEN": _token(lab)},
        check=True,
        capture_output=True,
    )
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    after = lab.tenant.usage()
    counted = {name: after[name] - before[name] for name in ("requests", "resource_units", "throttled")}
    return {**told, **counted}


def _token(lab: Laboratory) -> str:
    tenant = lab.tenant
    form = urllib.parse.urlencode(
        {
            "client_id": tenant.own_client_id,
            "client_secret": tenant.own_client_secret,
            "scope": f"{tenant.url}/.default",
            "grant_type": "client_credentials",
        }
    )
    address = f"{tenant.url}/{tenant.tenant_id}/oauth2/v2.0/token"
    with urllib.request.urlopen(address, data=form.encode()) as answer:  # noqa: S310 - loopback
        token: str = json.loads(answer.read())["access_token"]
        return token
