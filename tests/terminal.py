"""The command line on this test process's database."""

import os
import subprocess
import sys


def run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """`chamberlain ARGUMENTS` in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "chamberlain.cli", *arguments],
        env={**os.environ, "COLUMNS": "200", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
