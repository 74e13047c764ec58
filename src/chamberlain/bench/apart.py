"""Deeds in a process that is forked off, so that killing it costs no start of an interpreter."""

import os
from collections.abc import Callable

from django.db import connections


def apart(deed: Callable[[], None]) -> int:
    """Begins it in a process of its own; the id of that process. Its exit code is 0 where the deed ended well."""
    connections.close_all()  # two processes must not speak over one connection
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        deed()
        connections.close_all()
        code = 0
    finally:
        os._exit(code)  # nothing of the parent's may be cleaned up here


def is_over(process: int) -> bool:
    """Whether a process that was begun here has ended."""
    return os.waitpid(process, os.WNOHANG)[0] != 0


def wait_for(deed: Callable[[], None]) -> bool:
    """Does it in a process of its own, to its end; whether it ended well."""
    return os.waitpid(apart(deed), 0)[1] == 0
