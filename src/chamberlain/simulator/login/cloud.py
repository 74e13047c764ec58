"""Microsoft's clouds, by the hosts under which they answer. A tenant lives in one of them.

source  https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud and
        https://learn.microsoft.com/graph/deployments (read 2026); Exchange:
        https://learn.microsoft.com/powershell/exchange/connect-to-exchange-online-powershell (read 2026)
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CloudHosts:
    """One cloud. `graph` and `exchange` are the audiences of its tokens, too."""

    name: str
    login: str
    graph: str
    exchange: str


CLOUDS = {
    cloud.name: cloud
    for cloud in (
        CloudHosts(
            "global",
            "https://login.microsoftonline.com",
            "https://graph.microsoft.com",
            "https://outlook.office365.com",
        ),
        CloudHosts(
            "gcc_high", "https://login.microsoftonline.us", "https://graph.microsoft.us", "https://outlook.office365.us"
        ),
        CloudHosts(
            "dod",
            "https://login.microsoftonline.us",
            "https://dod-graph.microsoft.us",
            "https://outlook-dod.office365.us",
        ),
        CloudHosts(
            "china",
            "https://login.partner.microsoftonline.cn",
            "https://microsoftgraph.chinacloudapi.cn",
            "https://partner.outlook.cn",
        ),
    )
}


def is_foreign_login(host: str, cloud: CloudHosts) -> bool:
    """Whether a request came to the login host of another cloud; hosts that are none's, as 127.0.0.1, are the own."""
    return f"https://{host}" in {one.login for one in CLOUDS.values()} - {cloud.login}


def is_foreign_graph(host: str, cloud: CloudHosts) -> bool:
    """The same for Graph."""
    return f"https://{host}" in {one.graph for one in CLOUDS.values()} - {cloud.graph}
