"""`chamberlain bench pages`: how long the server takes for every page of a very large tenant."""

import logging
import re
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from html import unescape
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from chamberlain import bootstrap
from chamberlain.bench.large_tenant import Size, counts, fill, filled
from chamberlain.bench.merging import merging
from chamberlain.model.actor import SYSTEM
from chamberlain.model.tenant import Tenant
from chamberlain.settings import Settings

WARM_UP = 2
DEEP = 20
LIMIT_MS = 150
NEXT_PAGE = re.compile(r'href="([^"]*[?&;]cursor=[^"]*)"')


def bench_pages(
    *, size: Size, rounds: int, during_merge: bool = False, folder: Path | None = None, only: str = ""
) -> dict[str, Any]:
    """Fills a database of its own, asks for every page `rounds` times in process, and tells the figures.

    during_merge  while another process merges many grants
    folder        keeps the database there, or measures the one that is there already
    only          a regular expression: only pages whose name it finds
    returns       the size, fill_seconds, pages (p50_ms, p95_ms, max_ms, cpu_ms and queries of each), worst,
                  worst_p95_ms, within_limit
    """
    with ExitStack() as stack:
        if folder is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="chamberlain-bench-")))
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)  # as root, PostgreSQL runs under another account
        settings = Settings(data=folder, log_level="ERROR")
        stack.enter_context(bootstrap.open_world(settings))
        began = time.monotonic()
        tenant = filled() or fill(size)
        told = {**counts(tenant), "fill_seconds": round(time.monotonic() - began, 1)}
        paths = {name: path for name, path in page_paths(tenant).items() if re.search(only, name)}
        if during_merge:
            stack.enter_context(merging(settings, tenant))
        measured = _measure(paths, rounds=rounds)
    worst = max(measured, key=lambda name: measured[name]["p95_ms"])
    return {
        **told,
        "seed": size.seed,
        "rounds": rounds,
        "during_merge": during_merge,
        "pages": measured,
        "worst": worst,
        "worst_p95_ms": measured[worst]["p95_ms"],
        "limit_ms": LIMIT_MS,
        "within_limit": measured[worst]["p95_ms"] <= LIMIT_MS,
    }


def page_paths(tenant: Tenant) -> dict[str, str]:
    """Every kind of page, with the cases that are hard in a large tenant."""
    from chamberlain.bench import large_tenant

    root = f"/t/{tenant.slug}"
    people, permissions = f"{root}/people", f"{root}/permissions"
    paths = {
        "overview": f"{root}/",
        "people": people,
        "people: department sort": f"{people}?sort=department",
        "people: newest": f"{people}?sort=newest",
        "people: guests": f"{people}?type=guest",
        "people: blocked": f"{people}?state=blocked",
        "people: licensed": f"{people}?licensed=yes",
        "people: unlicensed": f"{people}?licensed=no",
        "people: admins": f"{people}?admin=yes",
        "people: blocked admins, newest": f"{people}?admin=yes&state=blocked&sort=newest",
        "people: unlicensed guests, department sort": f"{people}?licensed=no&type=guest&sort=department",
        "people: department": f"{people}?department={large_tenant.LARGE_DEPARTMENT}",
        "people: blocked of department": f"{people}?department={large_tenant.LARGE_DEPARTMENT}&state=blocked",
        "people: rare word": f"{people}?q=anna77",
        "people: no such word": f"{people}?q=qqqq",
        "people: frequent word": f"{people}?q=anna",
        "people: word of everybody": f"{people}?q=large",
        "people: two words": f"{people}?q=zoe+zell",
        "people: frequent word, blocked admins": f"{people}?q=a&state=blocked&admin=yes",
        "search: rare": f"{root}/search?q=anna77",
        "search: frequent": f"{root}/search?q=sales",
        "search: one letter": f"{root}/search?q=a",
        "permissions": permissions,
        "permissions: groups": f"{permissions}/security_group",
        "permissions: roles": f"{permissions}/role",
        "permissions: products": f"{permissions}/product",
        "permissions: by rule": f"{permissions}?rule=yes",
        "permissions: empty": f"{permissions}?empty=yes",
        "permissions: frequent word": f"{permissions}?q=sales",
        "permissions: rare word": f"{permissions}?q=g4444",
        "licences": f"{root}/licences",
        "runs": f"{root}/runs",
        "integrations": "/integrations",
    }
    for name, guid in large_tenant.remarkable_people(tenant).items():
        paths[f"person: {name}"] = f"{people}/{guid}"
    for name, key in large_tenant.remarkable_permissions(tenant).items():
        paths[f"permission: {name}"] = f"{root}/permission/{key}"
    everybody = paths["permission: everybody"]
    return paths | {
        "permission: everybody, rare word": f"{everybody}?q=anna77",
        "permission: everybody, frequent word": f"{everybody}?q=anna",
        "people, deep": _deep(people),
        "people: unlicensed, deep": _deep(f"{people}?licensed=no"),
        "permissions, deep": _deep(permissions),
        "permission: everybody, deep": _deep(everybody),
    }


def _measure(paths: dict[str, str], *, rounds: int) -> dict[str, Any]:
    """Asks in rounds over all pages, so that a disturbance meets many pages a little and not one page wholly."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    get = _browser()
    queries: dict[str, int] = {}
    for name, path in paths.items():
        for _ in range(WARM_UP):
            with CaptureQueriesContext(connection) as captured:
                get(path)
        queries[name] = len(captured)
    times: dict[str, list[float]] = {name: [] for name in paths}
    busy: dict[str, list[float]] = {name: [] for name in paths}
    for _ in range(rounds):
        for name, path in paths.items():
            before, began = _busy(), time.perf_counter()
            get(path)
            times[name].append((time.perf_counter() - began) * 1000)
            busy[name].append((_busy() - before) * 1000)
    return {
        name: {**_spread(found), "cpu_ms": round(median(busy[name]), 1), "queries": queries[name]}
        for name, found in times.items()
    }


def _busy() -> float:
    """Seconds of processor time that this process and its part of the database server have had: what a page costs,
    whatever else the machine does.

    source  https://www.kernel.org/doc/Documentation/scheduler/sched-stats.rst (2026): the first number of
            /proc/<pid>/schedstat is the time on the processor in nanoseconds. Elsewhere than on Linux the server's part
            is left out.
    """
    from django.db import connection

    server = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    theirs = int(server.read_text(encoding="ascii").split()[0]) / 1e9 if server.exists() else 0.0
    return time.process_time() + theirs


def _spread(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {
        "p50_ms": round(ordered[len(ordered) // 2], 1),
        "p95_ms": round(ordered[min(int(len(ordered) * 0.95), len(ordered) - 1)], 1),
        "max_ms": round(ordered[-1], 1),
    }


def _browser() -> Callable[[str], str]:
    """Asks for a page as somebody who is signed in.

    raises  RuntimeError for anything but a page
    """
    from django.test import Client

    from chamberlain.actions.sign_in import issue_sign_in_link

    logging.getLogger("django.request").setLevel(logging.CRITICAL)
    visitor = Client(SERVER_NAME="localhost")
    link = urlsplit(issue_sign_in_link(actor=SYSTEM, root="http://localhost"))
    visitor.post(link.path, {"code": link.fragment})

    def get(path: str) -> str:
        answer = visitor.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}")
        return answer.content.decode()

    return get


def _deep(path: str) -> str:
    """The address of a page far into a list, found as people find it."""
    get = _browser()
    for _ in range(DEEP):
        turns = NEXT_PAGE.findall(get(path))
        if not turns:
            break
        path = urlsplit(path).path + unescape(turns[-1]) if turns[-1].startswith("?") else unescape(turns[-1])
    return path
