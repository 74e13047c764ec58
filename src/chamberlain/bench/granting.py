"""Permissions of the product's application in a simulated Entra: granted, and taken back."""

import json
import urllib.request
from typing import Any
from urllib.parse import quote, urlencode

from chamberlain.bench.simulated import Reached
from chamberlain.policy.scopes import APPLICATION_IDS, SCOPES


class Grants:
    """The permissions that the tenant's own registration has been granted."""

    def __init__(self, simulator: Reached) -> None:
        self._simulator = simulator
        form = urlencode(
            {
                "client_id": simulator.own_client_id,
                "client_secret": simulator.own_client_secret,
                "scope": "https://graph.microsoft.com/.default",
                "grant_type": "client_credentials",
            }
        )
        url = f"{simulator.url}/{simulator.tenant_id}/oauth2/v2.0/token"
        with urllib.request.urlopen(url, data=form.encode()) as answer:  # noqa: S310 - loopback
            self._token = json.loads(answer.read())["access_token"]
        graph, *_ = APPLICATION_IDS.values()
        self._principal = self._object_id(simulator.own_client_id)
        self._graph = self._object_id(graph)

    @property
    def principal(self) -> str:
        """The object id of the application's service principal."""
        return self._principal

    def revoke(self, *scopes: str) -> None:
        """An administrator takes permissions back."""
        for scope in scopes:
            self._change("unassign_app", scope)

    def grant(self, *scopes: str) -> None:
        """An administrator grants permissions."""
        for scope in scopes:
            self._change("assign_app", scope)

    def assign_role(self, role: str, *, scope: str = "/") -> None:
        """An administrator gives our own service principal a directory role."""
        self._role("assign_role", role, scope)

    def unassign_role(self, role: str, *, scope: str = "/") -> None:
        """An administrator takes one back."""
        self._role("unassign_role", role, scope)

    def _role(self, kind: str, role: str, scope: str) -> None:
        content = {"kind": kind, "principal": self._principal, "role": role, "scope": scope}
        self._simulator.post("/_simulator/mutations", content)

    def _change(self, kind: str, scope: str) -> None:
        content = {
            "kind": kind,
            "principal": self._principal,
            "service_principal": self._graph,
            "role": SCOPES[scope].role_id,
        }
        self._simulator.post("/_simulator/mutations", content)

    def free_seats(self) -> dict[str, int]:
        """How many seats each licence of the tenant has left, as Microsoft counts them."""
        skus = self._read("/v1.0/subscribedSkus?$select=skuId,consumedUnits,prepaidUnits")["value"]
        return {f"licence:{one['skuId']}": one["prepaidUnits"]["enabled"] - one["consumedUnits"] for one in skus}

    def closed(self) -> frozenset[str]:
        """Ids of people and groups that an on-premises directory masters, and of groups with a rule."""
        asked = ("users?$select=id,onPremisesSyncEnabled", "groups?$select=id,onPremisesSyncEnabled,membershipRule")
        found = [one for path in asked for one in self._read(f"/v1.0/{path}&$top=999")["value"]]
        return frozenset(
            one["id"].lower() for one in found if one.get("onPremisesSyncEnabled") or one.get("membershipRule")
        )

    def _object_id(self, app_id: str) -> str:
        found: str = self._read(f"/v1.0/servicePrincipals(appId='{app_id}')?$select=id")["id"]
        return found

    def _read(self, path: str) -> dict[str, Any]:
        address = self._simulator.url + quote(path, safe="/()='?$&,")
        request = urllib.request.Request(address, headers={"Authorization": f"Bearer {self._token}"})  # noqa: S310 - loopback
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - loopback
            found: dict[str, Any] = json.loads(answer.read())
            return found
