"""A crawler of Graph that knows nothing of the simulator: it turns what the wire says into lines of the truth."""

import json
from collections import defaultdict
from typing import Any

from tenant_client import Client

GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000"
DEFAULT_ACCESS = "00000000-0000-0000-0000-000000000000"
HOLDING = {"Active", "ActiveWithError"}
Line = dict[str, Any]


def group_kind(group: dict[str, Any]) -> str:
    if "Unified" in group["groupTypes"]:
        return "m365_group"
    if not group["mailEnabled"]:
        return "security_group"
    return "mail_security_group" if group["securityEnabled"] else "distribution_group"


class Crawl:
    """Reads a whole tenant once; `lines` is what it found, in the order of the truth."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.edges: list[Line] = []
        self.permissions: list[Line] = []
        self.parents: defaultdict[str, set[str]] = defaultdict(set)
        self.direct: defaultdict[str, set[str]] = defaultdict(set)
        self.effective: defaultdict[str, set[str]] = defaultdict(set)
        self.users = client.listing(
            "users?$top=50&$select=id,userPrincipalName,displayName,accountEnabled,userType,licenseAssignmentStates"
            "&$expand=manager($select=id)"
        )
        self.licences()
        self.groups()
        self.roles()
        self.applications()
        self.nesting()

    def edge(self, holder: str, permission: str, relation: str, *, via: str | None = None, detail: Any = None) -> None:
        self.edges.append(
            {
                "t": "edge",
                "holder": holder,
                "permission": permission,
                "relation": relation,
                "via": via,
                "detail": detail,
            }
        )
        if relation == "assigned" and not permission.startswith("licence:"):
            self.direct[holder].add(permission)

    def licences(self) -> None:
        plans = {}
        for sku in self.client.get("subscribedSkus")["value"]:
            self.permissions.append({"t": "permission", "key": f"licence:{sku['skuId']}", "name": sku["skuPartNumber"]})
            plans[sku["skuId"]] = [plan for plan in sku["servicePlans"] if plan["appliesTo"] == "User"]
            for plan in plans[sku["skuId"]]:
                key = f"service_plan:{sku['skuId']}:{plan['servicePlanId']}"
                self.permissions.append({"t": "permission", "key": key, "name": plan["servicePlanName"]})
        for user in self.users:
            for state in user["licenseAssignmentStates"]:
                sku = state["skuId"]
                detail = {"disabled": sorted(state["disabledPlans"]), "error": state["error"], "state": state["state"]}
                self.edge(user["id"], f"licence:{sku}", "assigned", via=state["assignedByGroup"], detail=detail)
                if state["state"] in HOLDING:
                    self.effective[user["id"]].add(f"licence:{sku}")
                    on = [
                        plan["servicePlanId"]
                        for plan in plans[sku]
                        if plan["servicePlanId"] not in state["disabledPlans"]
                    ]
                    self.effective[user["id"]].update(f"service_plan:{sku}:{plan}" for plan in on)

    def groups(self) -> None:
        select = "id,displayName,groupTypes,mailEnabled,securityEnabled,assignedLicenses"
        for group in self.client.listing(f"groups?$top=13&$select={select}"):
            key = f"group:{group['id']}"
            self.permissions.append(
                {"t": "permission", "key": key, "name": group["displayName"], "kind": group_kind(group)}
            )
            for licence in group["assignedLicenses"]:
                detail = {"disabled": sorted(licence["disabledPlans"])}
                self.edge(group["id"], f"licence:{licence['skuId']}", "assigned", detail=detail)
            for member in self.client.listing(f"groups/{group['id']}/members?$select=id&$top=17"):
                self.edge(member["id"], key, "member")
                self.parents[member["id"]].add(group["id"])
            for owner in self.client.listing(f"groups/{group['id']}/owners?$select=id"):
                self.edge(owner["id"], key, "owner")

    def roles(self) -> None:
        for role in self.client.listing("roleManagement/directory/roleDefinitions?$top=10"):
            self.permissions.append({"t": "permission", "key": f"role:{role['id']}", "name": role["displayName"]})
        active = self.client.listing("roleManagement/directory/roleAssignmentScheduleInstances?$top=10")
        until = {one["id"]: {"ends": one["endDateTime"]} for one in active if one["endDateTime"]}
        for held in self.client.listing("roleManagement/directory/roleAssignments?$top=10"):
            detail = {"scope": held["directoryScopeId"], **until.get(held["id"], {})}
            self.edge(held["principalId"], f"role:{held['roleDefinitionId']}", "assigned", detail=detail)

        for held in self.client.listing("roleManagement/directory/roleEligibilityScheduleInstances?$top=10"):
            ends = {"ends": held["endDateTime"]} if held["endDateTime"] else {}
            detail = {"scope": held["directoryScopeId"], **ends}
            self.edge(held["principalId"], f"role:{held['roleDefinitionId']}", "eligible", detail=detail)

    def applications(self) -> None:
        for application in self.client.listing("servicePrincipals?$top=5&$select=id,appId,displayName,appRoles"):
            start = f"app_role:{application['id']}"
            names = {
                role["id"]: role["displayName"]
                for role in application["appRoles"]
                if "User" in role["allowedMemberTypes"]
            }
            if application["appId"] != GRAPH_APP_ID:
                for held in self.client.listing(f"servicePrincipals/{application['id']}/appRoleAssignedTo?$top=11"):
                    self.edge(held["principalId"], f"{start}:{held['appRoleId']}", "assigned")
                    if held["appRoleId"] == DEFAULT_ACCESS:
                        names[DEFAULT_ACCESS] = "Default Access"
            for role_id, name in names.items():
                self.permissions.append({"t": "permission", "key": f"{start}:{role_id}", "name": name})

    def nesting(self) -> None:
        for user in self.users:
            account = user["id"]
            seen: set[str] = set()
            waiting = [account]
            while waiting:
                new = self.parents[waiting.pop()] - seen
                seen |= new
                waiting.extend(new)
            self.effective[account].update(f"group:{group}" for group in seen)
            for principal in (account, *self.parents[account]):
                self.effective[account] |= self.direct[principal]

    def lines(self) -> list[Line]:
        accounts = [
            {
                "t": "account",
                "id": user["id"],
                "upn": user["userPrincipalName"],
                "name": user["displayName"],
                "enabled": user["accountEnabled"],
                "type": user["userType"],
                "manager": user["manager"]["id"] if "manager" in user else None,
            }
            for user in self.users
        ]
        effective = [
            {"t": "effective", "account": account, "permission": permission}
            for account, held in self.effective.items()
            for permission in held
        ]

        def order(line: Line) -> tuple[str, ...]:
            values = (line[name] for name in line)
            return tuple(
                json.dumps(value, separators=(",", ":")) if isinstance(value, dict) else str(value or "")
                for value in values
            )

        return [
            line for part in (accounts, self.edges, effective, self.permissions) for line in sorted(part, key=order)
        ]
