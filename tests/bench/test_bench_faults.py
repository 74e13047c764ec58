"""Twenty schedules of faults, changes and kill -9 end in the truth; planted bugs do not. Failing seeds are printed."""

import json
import subprocess
import sys
from typing import Any

import pytest


def play(*options: str) -> tuple[int, dict[str, Any]]:
    command = [sys.executable, "-m", "chamberlain.cli", "bench", "faults", "--json", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
    lines = done.stdout.splitlines()
    assert len(lines) == 1, done.stderr[-2000:]
    return done.returncode, json.loads(lines[0])


@pytest.mark.parametrize("seeds", ["1-5", "6-10", "11-15", "16-20"])
def test_whatever_fails_on_the_way_the_store_equals_the_truth(seeds: str) -> None:
    code, figures = play("--seeds", seeds)

    assert figures["failed_seeds"] == [], figures["differences"]
    assert code == 0
    assert figures["schedules"] == figures["equal"] == 5
    assert figures["kills"] > 0
    assert figures["faults"] > 0
    assert figures["changes"] > 0


@pytest.mark.parametrize(("plant", "seed"), [("skip_page", 5), ("ends_early", 1), ("drop_part", 5)])
def test_a_planted_bug_turns_it_red(plant: str, seed: int) -> None:
    code, figures = play("--seeds", str(seed), "--plant", plant)

    assert figures["failed_seeds"] == [seed]
    assert code == 1
