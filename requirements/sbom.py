"""The bill of materials: a CycloneDX document on stdout of everything that an installation gets, from the locks.

`make sbom` writes it, in the environment of `make env`: it tells the licences. Two of
the same locks are the same, serial number included.
source: cyclonedx.org/docs/1.6/json (2024)
"""

import json
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, metadata
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from locked import ROOT, Package, packages


def document(components: list[Package], *, project: dict[str, Any]) -> dict[str, Any]:
    """CycloneDX 1.6."""
    listed = [component(one) for one in components]
    serial = uuid5(NAMESPACE_URL, json.dumps(listed, sort_keys=True))
    own = f"pkg:pypi/{project['name']}@{project['version']}"
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": own,
                "name": project["name"],
                "version": project["version"],
                "licenses": [{"expression": project["license"]}],
                "purl": own,
            }
        },
        "components": listed,
        "dependencies": [{"ref": own, "dependsOn": [one.purl for one in components]}],
    }


def component(package: Package) -> dict[str, Any]:
    """One entry. A Python package has a file for each platform; each of their hashes is one external reference."""
    told: dict[str, Any] = {
        "type": "library",
        "bom-ref": package.purl,
        "name": package.name,
        "version": package.version,
        "purl": package.purl,
        "scope": "required" if package.shipped else "excluded",
    }
    if licence := package.licence or _licence(package):
        told["licenses"] = [{"license": {"name": licence}}]
    if len(package.hashes) == 1:
        told["hashes"] = [{"alg": alg, "content": content} for alg, content in package.hashes]
    elif package.hashes:
        files = [{"alg": alg, "content": content} for alg, content in package.hashes]
        told["externalReferences"] = [
            {"type": "distribution", "url": package.purl, "hashes": [one], "comment": "one of its files"}
            for one in files
        ]
    return told


def _licence(package: Package) -> str:
    """What an installed Python package says of its licence, in one line; empty where it is not installed here."""
    try:
        told = metadata(package.name)
    except PackageNotFoundError:
        return ""
    classified = [line.rpartition(" :: ")[2] for line in told.get_all("Classifier", []) if line.startswith("License")]
    long = str(told.get("License") or "")
    return str(told.get("License-Expression") or "") or ", ".join(classified) or ("" if "\n" in long else long)


def main() -> None:
    """Prints the document."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    shipped = [one for one in packages() if one.shipped]
    sys.stdout.write(json.dumps(document(shipped, project=project), indent=2) + "\n")


if __name__ == "__main__":
    main()
