"""The supervisor, with tiny real processes."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from chamberlain.cli.processes import Child, Supervisor
from chamberlain.errors import Misconfigured

OBEDIENT = """
import signal, sys
signal.signal(signal.SIGTERM, lambda *_: (print("ends", flush=True), sys.exit(0)))
print("is ready", flush=True)
signal.pause()
"""
STUBBORN = """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("is ready", flush=True)
while True:
    signal.pause()
"""
CRASHES_ONCE = """
import pathlib, signal, sys
mark = pathlib.Path(sys.argv[1])
print("is ready", flush=True)
if mark.exists():
    signal.pause()
mark.touch()
sys.exit(3)
"""
SUPERVISOR = """
import sys
from pathlib import Path
from chamberlain.cli.processes import Child, Supervisor
child = Child("child", [sys.executable, "-c", sys.argv[2]], ready_line="pid")
logs = Path(sys.argv[1])
Supervisor([child], logs=logs, say=print).run(when_ready=lambda: print((logs / "child.log").read_text(), flush=True))
"""
FAITHFUL = """
import os, signal, sys, time
from datetime import timedelta
from chamberlain.cli.processes import exit_with_parent
os.open({alive!r}, os.O_WRONLY)
{habit}
exit_with_parent(grace=timedelta(milliseconds=100))
print("pid", os.getpid(), flush=True)
while True:
    time.sleep(3600)
"""
"""It, and what it forks, hold the write end of a named pipe: whoever reads it sees the end of the last of them."""

POLITE = ""
STUBBORN_WITH_CHILDREN = "signal.signal(signal.SIGTERM, signal.SIG_IGN); os.fork()"


def child(name: str, program: str, *words: str, **more: object) -> Child:
    command = [sys.executable, "-c", textwrap.dedent(program), *words]
    return Child(name, command, ready_line="is ready", **more)  # type: ignore[arg-type]  # told by name


def ask_to_stop(number: int = signal.SIGTERM) -> Callable[[], None]:
    return lambda: os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_runs_until_it_is_asked_to_stop_and_stops_in_reverse_order(tmp_path: Path, number: signal.Signals) -> None:
    ended = tmp_path / "ended"
    program = f"""
import signal, sys
def end(*_):
    with open({str(ended)!r}, "a") as file:
        print(sys.argv[1], file=file)
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("is ready", flush=True)
signal.pause()
"""
    children = [child(name, program, name) for name in ("simulator", "web", "worker")]

    Supervisor(children, logs=tmp_path, say=print).run(when_ready=ask_to_stop(number))

    assert ended.read_text(encoding="utf-8").split() == ["worker", "web", "simulator"]
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_what_a_child_says_is_filed_under_its_name(tmp_path: Path) -> None:
    Supervisor([child("web", OBEDIENT)], logs=tmp_path, say=print).run(when_ready=ask_to_stop())

    assert (tmp_path / "web.log").read_text(encoding="utf-8") == "is ready\nends\n"


def test_a_long_log_is_put_aside(tmp_path: Path) -> None:
    (tmp_path / "web.log").write_bytes(b"x" * 10_000_001)

    Supervisor([child("web", OBEDIENT)], logs=tmp_path, say=print).run(when_ready=ask_to_stop())

    assert (tmp_path / "web.log").read_text(encoding="utf-8") == "is ready\nends\n"
    assert (tmp_path / "web.log.1").stat().st_size == 10_000_001


def test_a_child_starts_after_those_it_needs(tmp_path: Path) -> None:
    order = tmp_path / "order"
    needed = child("needed", f"open({str(order)!r}, 'a').write('needed ')\n{OBEDIENT}")
    needing = child("needing", f"open({str(order)!r}, 'a').write('needing ')\n{OBEDIENT}", after=["needed"])

    Supervisor([needing, needed], logs=tmp_path, say=print).run(when_ready=ask_to_stop())

    assert order.read_text(encoding="utf-8").split() == ["needed", "needing"]


def test_a_child_without_a_ready_line_is_asked(tmp_path: Path) -> None:
    door = tmp_path / "door"
    program = f"open({str(door)!r}, 'w').close()\n{OBEDIENT}"
    asked = Child("web", [sys.executable, "-c", program], is_ready=door.exists)

    Supervisor([asked], logs=tmp_path, say=print).run(when_ready=ask_to_stop())

    assert door.exists()


def test_a_child_that_crashes_is_started_again_and_one_line_says_so(tmp_path: Path) -> None:
    said: list[str] = []
    mark = tmp_path / "mark"
    again = child("again", CRASHES_ONCE, str(mark))
    log = tmp_path / "again.log"

    def stop_after_the_second_start() -> None:
        """Stops once the crashed child is back: its log then holds two lines."""

        def watch() -> None:
            while not log.exists() or log.read_text(encoding="utf-8").count("is ready") < 2:
                threading.Event().wait(0.02)
            os.kill(os.getpid(), signal.SIGTERM)

        threading.Thread(target=watch, daemon=True).start()

    Supervisor([again], logs=tmp_path, say=said.append).run(when_ready=stop_after_the_second_start)

    assert said == [f"again ended unexpectedly (exit code 3) and starts again in 1 s; its log is {log}"]


def test_a_child_that_never_becomes_ready_stops_everything_and_is_quoted(tmp_path: Path) -> None:
    failing = child("web", "import sys; sys.exit('the port is taken')", after=["simulator"])

    with pytest.raises(Misconfigured) as caught:
        Supervisor([child("simulator", OBEDIENT), failing], logs=tmp_path, say=print).run()

    assert (caught.value.code, caught.value.data["name"]) == ("process_not_ready", "web")
    assert caught.value.data["said"] == "the port is taken"
    assert (tmp_path / "simulator.log").read_text(encoding="utf-8").endswith("ends\n")


def test_a_child_that_takes_too_long_to_be_ready_is_ended(tmp_path: Path) -> None:
    slow = child("slow", "import signal; signal.pause()", starts_within=timedelta(milliseconds=300))

    with pytest.raises(Misconfigured) as caught:
        Supervisor([slow], logs=tmp_path, say=print).run()

    assert (caught.value.code, caught.value.data["ending"]) == ("process_not_ready", "SIGKILL")


def test_the_end_of_an_essential_ends_everything(tmp_path: Path) -> None:
    ended = threading.Event()
    supervisor = Supervisor(
        [child("web", OBEDIENT)], logs=tmp_path, say=print, essentials={"database": lambda: ended.wait()}
    )

    with pytest.raises(Misconfigured) as caught:
        supervisor.run(when_ready=ended.set)

    assert (caught.value.code, caught.value.data["name"]) == ("process_ended", "database")
    assert (tmp_path / "web.log").read_text(encoding="utf-8").endswith("ends\n")


def test_a_child_that_ignores_the_request_is_killed_after_its_grace(tmp_path: Path) -> None:
    stubborn = child("stubborn", STUBBORN, grace=timedelta(milliseconds=100))

    Supervisor([stubborn], logs=tmp_path, say=print).run(when_ready=ask_to_stop())


def test_a_second_signal_makes_it_short(tmp_path: Path) -> None:
    stubborn = child("stubborn", STUBBORN, grace=timedelta(hours=1))

    def ask_twice() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)

    Supervisor([stubborn], logs=tmp_path, say=print).run(when_ready=ask_twice)


@pytest.mark.parametrize("habit", [POLITE, STUBBORN_WITH_CHILDREN])
def test_children_and_their_children_end_when_the_supervisor_is_killed(tmp_path: Path, habit: str) -> None:
    alive = tmp_path / "alive"
    os.mkfifo(alive)
    program = FAITHFUL.format(alive=str(alive), habit=habit)
    command = [sys.executable, "-c", SUPERVISOR, str(tmp_path), program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as supervisor, alive.open("rb") as reading:
        assert supervisor.stdout is not None
        assert supervisor.stdout.readline().startswith("pid")
        supervisor.kill()
        assert reading.read() == b""


def test_a_process_that_no_supervisor_started_lives_on_when_its_input_ends() -> None:
    program = "from chamberlain.cli.processes import exit_with_parent; exit_with_parent(); print(input())"

    run = subprocess.run(
        [sys.executable, "-c", program], input="still here\n", capture_output=True, text=True, check=True
    )

    assert run.stdout == "still here\n"
