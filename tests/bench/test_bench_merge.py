"""The measurement of the store alone is right about what it merged, and turns red where it is not."""

import json
import subprocess
import sys
from typing import Any

from chamberlain.bench.merge import Generated

SIZES = {"users": 300, "groups": 40, "memberships": 2_000}


def bench(**sizes: int) -> tuple[int, dict[str, Any]]:
    options = [word for name, size in sizes.items() for word in (f"--{name}", str(size))]
    command = [sys.executable, "-m", "chamberlain.cli", "bench", "merge", "--json", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert len(done.stdout.splitlines()) == 1, done.stderr[-2000:]
    return done.returncode, json.loads(done.stdout)


def test_what_was_merged_once_is_merged_again_without_a_change() -> None:
    code, figures = bench(**SIZES)
    assert code == 0
    assert figures["equal"] is True
    assert figures["first_opened"] == figures["rows"] - 340 == 2_003
    assert (figures["unchanged_opened"], figures["unchanged_closed"]) == (0, 0)
    assert (figures["small_opened"], figures["small_closed"]) == (1_000, 1_000)


def test_memberships_that_are_not_what_they_should_be_turn_it_red() -> None:
    code, figures = bench(users=2, groups=40, memberships=200)  # more than there can be: some come twice
    assert code == 1
    assert figures["equal"] is False


def test_a_generated_tenant_has_every_membership_once() -> None:
    edges = [(edge.holder, edge.guid) for edge in Generated(300, 40, 2_000, seed=3).grants()]
    assert len(set(edges)) == len(edges) == 2_003
