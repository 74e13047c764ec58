"""Keeps children running until it is told to stop."""

import contextlib
import queue
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from types import FrameType

from chamberlain.cli.processes.child import Child, Run
from chamberlain.errors import Misconfigured

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(seconds=30)
STEADY_AFTER = timedelta(minutes=1)
LOOK_AGAIN = timedelta(milliseconds=100)

News = Run | signal.Signals | str
"""What wakes the supervisor: a run that became ready or ended, a signal, the name of an essential that ended."""


class Post:
    """One child's place: its present run, if any, and when the next may begin."""

    def __init__(self, child: Child, *, log: Path) -> None:
        self.child = child
        self.log = log
        self.run: Run | None = None
        self.was_ready = False
        self.due = 0.0
        self.pause = FIRST_PAUSE

    @property
    def late(self) -> bool:
        """It runs, and should have been ready by now."""
        run = self.run
        patience = self.child.starts_within.total_seconds()
        return run is not None and not run.ready and time.monotonic() - run.began > patience

    def begin(self, *, changed: Callable[[Run], None]) -> None:
        """Starts the child."""
        self.run = Run(self.child, log=self.log, changed=changed)
        self.was_ready = self.was_ready or self.run.ready

    def crashed(self, run: Run) -> timedelta:
        """Vacates the post; returns the pause until the next run, which doubles unless the last one was steady."""
        self.run = None
        steady = time.monotonic() - run.began > STEADY_AFTER.total_seconds()
        pause = FIRST_PAUSE if steady else self.pause
        self.pause = min(pause * 2, LONGEST_PAUSE)
        self.due = time.monotonic() + pause.total_seconds()
        return pause


class Supervisor:
    """Runs children until SIGINT, SIGTERM or SIGHUP, then stops them in reverse order.

    children    in the order in which they start, apart from what `after` says
    logs        folder of <name>.log; must exist
    say         tells the person at the terminal one line
    essentials  functions that block while something lives without which nothing works: the database
    """

    def __init__(
        self,
        children: Sequence[Child],
        *,
        logs: Path,
        say: Callable[[str], None],
        essentials: Mapping[str, Callable[[], object]] | None = None,
    ) -> None:
        self._posts = [Post(child, log=logs / f"{child.name}.log") for child in children]
        self._say = say
        self._essentials = essentials or {}
        self._news: queue.SimpleQueue[News] = queue.SimpleQueue()

    def run(self, *, when_ready: Callable[[], None] = lambda: None) -> None:
        """Starts everything and returns after a signal, when everything has ended. Main thread only.

        when_ready  called once, when all children are
        raises      Misconfigured if a child is not ready on its first start, or an essential ends; all is stopped then
        """
        for name, wait in self._essentials.items():
            threading.Thread(target=self._watch, args=(name, wait), name=f"end of {name}", daemon=True).start()
        with self._signals():
            try:
                self._serve(when_ready)
            finally:
                self._stop_all()

    def _serve(self, when_ready: Callable[[], None]) -> None:
        announced = False
        while True:
            self._begin_due()
            if not announced and all(post.was_ready for post in self._posts):
                announced = True
                when_ready()
            match self._next():
                case signal.Signals():
                    return
                case str() as name:
                    raise Misconfigured("process_ended", name=name)
                case Run() as run:
                    self._take(run)
                case None:
                    self._look()

    def _next(self) -> News | None:
        """The next piece of news; None now and then, but only while something starts or waits to."""
        steady = all(post.run is not None and post.run.ready for post in self._posts)
        try:
            return self._news.get(timeout=None if steady else LOOK_AGAIN.total_seconds())
        except queue.Empty:
            return None

    def _begin_due(self) -> None:
        ready = {post.child.name for post in self._posts if post.was_ready}
        for post in self._posts:
            if post.run is None and time.monotonic() >= post.due and ready.issuperset(post.child.after):
                post.begin(changed=self._news.put)

    def _look(self) -> None:
        """Asks who is ready, and kills who should have been by now: its end is then taken like any other."""
        for post in self._posts:
            if post.run is not None:
                post.run.look()
                post.was_ready = post.was_ready or post.run.ready
                if post.late:
                    post.run.kill()

    def _take(self, run: Run) -> None:
        """Deals with a run that became ready or ended."""
        post = next(post for post in self._posts if post.child is run.child)
        post.was_ready = post.was_ready or run.ready
        if run.code is None or post.run is not run:
            return
        if not post.was_ready:
            post.run = None
            name = run.child.name
            raise Misconfigured(
                "process_not_ready", name=name, ending=_ending(run.code), log=str(post.log), said=run.said
            )
        pause = post.crashed(run)
        self._say(
            f"{run.child.name} ended unexpectedly ({_ending(run.code)}) and starts again in "
            f"{pause.total_seconds():.0f} s; its log is {post.log}"
        )

    def _stop_all(self) -> None:
        """Stops the children one by one, last first; a second signal makes it short."""
        for post in reversed(self._posts):
            if post.run is not None:
                self._stop(post, post.run)

    def _stop(self, post: Post, run: Run) -> None:
        run.stop()
        deadline = time.monotonic() + post.child.grace.total_seconds()
        while run.code is None:
            try:
                hurried = isinstance(self._news.get(timeout=max(0.0, deadline - time.monotonic())), signal.Signals)
            except queue.Empty:
                hurried = True
            if hurried and run.code is None:
                run.kill()
                deadline = time.monotonic() + post.child.grace.total_seconds()
        post.run = None

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        """Signals become news; what they meant before comes back at the end."""

        def tell(number: int, _frame: FrameType | None) -> None:
            self._news.put(signal.Signals(number))

        heeded = [number for number in STOP_SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]  # nohup
        before = {number: signal.signal(number, tell) for number in heeded}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _watch(self, name: str, wait: Callable[[], object]) -> None:
        wait()
        self._news.put(name)


def _ending(code: int) -> str:
    """How a process ended, in words."""
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name
