"""Where things of the embedded database lie below the data folder."""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths of one data folder; `data` is absolute and free of symbolic links."""

    data: Path

    @property
    def cluster(self) -> Path:
        """What PostgreSQL calls its data directory."""
        return self.data / "postgres"

    def new_cluster(self) -> Path:
        """An empty folder for a cluster being made; renamed when whole, so that a crash leaves no half one behind."""
        for abandoned in self.data.glob("postgres.new-*"):
            shutil.rmtree(abandoned, ignore_errors=True)
        return Path(tempfile.mkdtemp(prefix="postgres.new-", dir=self.data))

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.data / "logs" / "postgres.log"

    @property
    def decision_lock(self) -> Path:
        """Held while somebody decides about, starts or stops the server."""
        return self.data / "postgres.start.lock"

    @property
    def owner_lock(self) -> Path:
        """Held by the process that started the server, for as long as that process lives."""
        return self.data / "postgres.owner.lock"
