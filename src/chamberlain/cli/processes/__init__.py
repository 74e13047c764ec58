"""Several processes as one: started in order, logged to files, restarted after a crash, stopped together.

A child's life hangs on its standard input, a pipe whose other end only the supervisor holds: it ends with the
supervisor, however that died. A child calls `exit_with_parent` for its half of the bargain. Linux's PR_SET_PDEATHSIG
would do this on one system only, and it fires when the parent's *thread* ends.
"""

from chamberlain.cli.processes.child import Child
from chamberlain.cli.processes.parent import exit_with_parent
from chamberlain.cli.processes.supervisor import Supervisor

__all__ = ["Child", "Supervisor", "exit_with_parent"]
