"""What the locks pin: each package of the product and of its gates, with version, hashes and package URL."""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Package:
    """A pinned package.

    hashes  of its files, as (algorithm, hex); any of them is the right one
    shipped whether an installation gets it: in runtime.txt, or built into what the browser loads
    """

    ecosystem: str
    name: str
    version: str
    hashes: tuple[tuple[str, str], ...]
    licence: str = ""
    shipped: bool = True

    @property
    def purl(self) -> str:
        """Its package URL. source: github.com/package-url/purl-spec (2025)."""
        name = self.name.replace("@", "%40", 1) if self.ecosystem == "npm" else self.name
        return f"pkg:{self.ecosystem}/{name}@{self.version}"


def python_packages(lock: Path) -> Iterator[tuple[str, str, tuple[tuple[str, str], ...]]]:
    """Name, version and hashes of each requirement in a lock of uv's or pip's."""
    for entry in re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8")):
        if found := re.match(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", entry):
            name = re.sub(r"[-_.]+", "-", found[1]).lower()
            yield name, found[2], tuple(("SHA-256", one) for one in re.findall(r"--hash=sha256:(\w+)", entry))


def browser_packages(lock: Path) -> Iterator[Package]:
    """What a package-lock of npm's pins; what only tests need is not shipped."""
    for place, told in json.loads(lock.read_text(encoding="utf-8"))["packages"].items():
        if place and not told.get("link"):
            algorithm, _, digest = str(told.get("integrity", "")).partition("-")
            sums = ((algorithm.upper().replace("SHA", "SHA-"), base64.b64decode(digest).hex()),) if digest else ()
            name = told.get("name") or place.rpartition("node_modules/")[2]
            yield Package("npm", name, told["version"], sums, str(told.get("license", "")), not told.get("dev"))


def packages(root: Path = ROOT) -> tuple[Package, ...]:
    """Everything that is pinned, each once, by address."""
    shipped = {(name, version) for name, version, _ in python_packages(root / "requirements" / "runtime.txt")}
    found = {
        Package("pypi", name, version, sums, shipped=(name, version) in shipped)
        for lock in ("uv.txt", "runtime.txt", "dev.txt")
        for name, version, sums in python_packages(root / "requirements" / lock)
    }
    found |= set(browser_packages(root / "frontend" / "package-lock.json"))
    by_purl = {one.purl: one for one in sorted(found, key=lambda one: one.hashes)}
    return tuple(by_purl[purl] for purl in sorted(by_purl))
