"""Many leave and join groups for no more write units than needed, and nothing is lost or doubled; planted bugs are."""

import json
import subprocess
import sys
from typing import Any

import pytest

SMALL = ("--removals", "60", "--additions", "65", "--groups", "3")


def measure(*options: str) -> tuple[int, dict[str, Any]]:
    command = [sys.executable, "-m", "chamberlain.cli", "bench", "writes", "--json", *SMALL, *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
    lines = done.stdout.splitlines()
    assert len(lines) == 1, done.stderr[-2000:]
    return done.returncode, json.loads(lines[0])


def test_additions_share_requests_and_nothing_is_lost_or_doubled() -> None:
    code, figures = measure()

    assert figures["changes"] == 125
    assert figures["write_units"] == figures["least_write_units"] == 66  # 60 alone; 21, 22 and 22 in two each
    assert figures["lost"] == figures["doubled"] == 0
    assert figures["state"] == "done"
    assert code == 0


@pytest.mark.parametrize(("plant", "told"), [("repeat_write", "doubled"), ("lose_write", "lost")])
def test_a_planted_bug_turns_it_red(plant: str, told: str) -> None:
    code, figures = measure("--plant", plant)

    assert figures[told] > 0
    assert code == 1
