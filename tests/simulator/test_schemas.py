"""Every resource has the shape that Graph's metadata gives it, and the shape that we rely on."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tenant_client import Client

from chamberlain.simulator.graph.shape import Shape
from chamberlain.simulator.graph.shapes.group import GROUP
from chamberlain.simulator.graph.shapes.user import USER

OURS = Path(__file__).with_name("schemas.json")


def everything(shape: Shape[Any]) -> str:
    return ",".join(name for name in shape.properties if name not in shape.single_only and name not in shape.guarded)


def resources(client: Client) -> dict[str, list[Any]]:
    """All resources the simulator serves, with every property they can have, by type."""
    users = client.listing(f"users?$top=999&$select={everything(USER)}")
    applications = client.listing("servicePrincipals?$top=999")
    return {
        "user": users,
        "group": client.listing(f"groups?$top=999&$select={everything(GROUP)}"),
        "servicePrincipal": applications,
        "appRoleAssignment": [
            held
            for known in applications
            for held in client.listing(f"servicePrincipals/{known['id']}/appRoleAssignedTo")
        ],
        "subscribedSku": client.listing("subscribedSkus"),
        "organization": client.listing("organization"),
        "domain": client.listing("domains"),
        "unifiedRoleDefinition": client.listing("roleManagement/directory/roleDefinitions"),
        "unifiedRoleAssignment": client.listing("roleManagement/directory/roleAssignments"),
        "unifiedRoleEligibilityScheduleInstance": client.listing(
            "roleManagement/directory/roleEligibilityScheduleInstances"
        ),
        "oAuth2PermissionGrant": client.listing("oauth2PermissionGrants"),
        "directoryRole": client.listing("directoryRoles"),
        "device": client.listing("devices"),
        "licenseDetails": [
            held for user in users[:40] for held in client.listing(f"users/{user['id']}/licenseDetails")
        ],
        "adminReportSettings": [client.get("admin/reportSettings")],
    }


@pytest.fixture(scope="module")
def served(tenant: Client, golden: Client) -> dict[str, list[Any]]:
    seeded, written = resources(tenant), resources(golden)
    return {name: seeded[name] + written[name] for name in seeded}


def complaints(schemas: dict[str, Any], served: dict[str, list[Any]], **stricter: Any) -> Iterator[str]:
    for name, items in served.items():
        schema = {"$ref": f"#/$defs/{name}", "$defs": schemas["$defs"], "$schema": schemas["$schema"]} | stricter
        validator = Draft202012Validator(schema)
        for item in items:
            for problem in validator.iter_errors(item):
                yield f"{name} {problem.json_path}: {problem.message[:200]}"


def test_every_resource_fits_our_schemas(served: dict[str, list[Any]]) -> None:
    assert all(served.values())
    assert sorted(set(complaints(json.loads(OURS.read_text()), served))) == []


def test_every_resource_fits_microsofts_metadata(served: dict[str, list[Any]]) -> None:
    folder = os.environ.get("CHAMBERLAIN_REFERENCE")
    if not folder:
        pytest.skip("CHAMBERLAIN_REFERENCE names no folder with graph-schemas.json")
    schemas = json.loads((Path(folder) / "graph-schemas.json").read_text())
    assert sorted(set(complaints(schemas, served))) == []
    for name, items in served.items():
        declared = set(schemas["$defs"][name]["properties"]) | {"@odata.context"}
        assert {member for item in items for member in item} <= declared, name
