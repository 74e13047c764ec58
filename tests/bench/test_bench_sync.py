"""The measurement of a first sync tells the truth, and turns red when a bug is planted."""

import json
import subprocess
import sys
from typing import Any

FIGURES = {
    "users",
    "groups",
    "grants",
    "requests",
    "resource_units",
    "throttled",
    "seconds",
    "peak_rss_mb",
    "equal_to_truth",
}


def bench(*options: str) -> tuple[int, dict[str, Any]]:
    """Exit code and figures of a small measurement with more than one page of people."""
    command = [sys.executable, "-m", "chamberlain.cli", "bench", "sync", "--json", *options]
    sizes = ["--users", "1100", "--groups", "60", "--memberships", "2500", "--apps", "8", "--seed", "7"]
    done = subprocess.run([*command, *sizes], capture_output=True, text=True, check=False, timeout=300)
    lines = done.stdout.splitlines()
    assert len(lines) == 1, done.stderr[-2000:]
    return done.returncode, json.loads(lines[0])


def test_a_sync_equals_the_truth_and_is_measured() -> None:
    code, figures = bench()
    assert figures.keys() >= FIGURES
    assert figures["equal_to_truth"] is True, figures["differences"]
    assert code == 0
    assert figures["users"] == 1100
    assert figures["compared"]["effective"] > figures["compared"]["edge"]
    assert figures["requests"] > 0


def test_a_skipped_page_is_noticed_by_the_sync_itself() -> None:
    code, figures = bench("--plant", "skip_page")
    assert figures["equal_to_truth"] is False
    assert (figures["state"], figures["error"]) == ("failed", "listing_short")
    assert code == 1


def test_a_lost_part_of_a_batch_turns_it_red() -> None:
    code, figures = bench("--plant", "drop_part")
    assert figures["equal_to_truth"] is False
    assert figures["state"] == "succeeded"
    assert any(line.startswith("missing:") for line in figures["differences"])
    assert code == 1
