"""Plans carried out through faults and kill -9 end as planned, and undone as before; planted bugs are found."""

import json
import subprocess
import sys
from typing import Any

import pytest


def play(*options: str) -> tuple[int, dict[str, Any]]:
    command = [sys.executable, "-m", "chamberlain.cli", "bench", "apply", "--json", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
    lines = done.stdout.splitlines()
    assert len(lines) == 1, done.stderr[-2000:]
    return done.returncode, json.loads(lines[0])


@pytest.mark.parametrize("seeds", ["1-3", "4-5", "21-22"])
def test_whatever_fails_on_the_way_the_tenant_is_as_planned_and_as_before(seeds: str) -> None:
    code, figures = play("--seeds", seeds)

    assert figures["failed_seeds"] == [], figures["differences"]
    assert code == 0
    assert figures["runs"] == figures["equal"] >= 2
    assert figures["repeated_writes"] == figures["unproved_done"] == 0
    assert figures["undo_restored_share"] == 1.0
    assert figures["steps"] > 20 * figures["runs"]
    assert figures["kills"] > 0
    assert figures["faults"] > 0


@pytest.mark.parametrize("plant", ["repeat_write", "done_unread", "lose_write"])
def test_a_planted_bug_turns_it_red(plant: str) -> None:
    code, figures = play("--seeds", "1", "--plant", plant)

    assert figures["failed_seeds"] == [1]
    assert code == 1
    if plant == "repeat_write":
        assert figures["repeated_writes"] > 0
    else:
        assert figures["equal"] == 0
    if plant == "lose_write":
        assert figures["unproved_done"] > 0
