"""Catching up with a few changes is exact and costs few resource units."""

import json
import subprocess
import sys


def test_a_few_changes_cost_few_resource_units() -> None:
    sizes = ["--users", "1100", "--groups", "120", "--memberships", "2500", "--apps", "8", "--seed", "7"]
    command = [sys.executable, "-m", "chamberlain.cli", "bench", "delta", "--json", *sizes]
    done = subprocess.run(
        [*command, "--changed", "20,5,60,2,1"], capture_output=True, text=True, check=False, timeout=300
    )
    figures = json.loads(done.stdout.splitlines()[-1])

    assert done.returncode == 0, figures["differences"]
    assert figures["equal_to_truth"] is True
    assert figures["mode"] == "changes"
    assert figures["resource_units"] <= 30
    assert figures["changed"]["memberships"] == 60
