"""Microsoft's clouds: the worldwide one, and those of nations. Registrations, tokens and consent do not cross them.

source  https://learn.microsoft.com/graph/deployments (2026) for Graph, and
        https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud (2026) for login and portal;
        Exchange: https://learn.microsoft.com/powershell/exchange/connect-to-exchange-online-powershell (2026)
"""

from dataclasses import dataclass
from enum import Enum


class Cloud(Enum):
    """Where a tenant lives. GCC, without High, lives in the worldwide cloud."""

    GLOBAL = "global"
    GCC_HIGH = "gcc_high"
    DOD = "dod"
    CHINA = "china"


@dataclass(frozen=True, slots=True)
class Hosts:
    """A cloud's addresses, without trailing slashes.

    login     the identity platform, which gives tokens and asks for consent
    graph     Microsoft Graph; the scope of its tokens begins with it, too
    exchange  Exchange Online's administration
    portal    the Entra admin centre, for links that people follow
    azure     what `az cloud set --name` calls it
    """

    login: str
    graph: str
    exchange: str
    portal: str
    azure: str


# Nations' portals are Azure's, with Entra in it; login of China as its Entra page has it, not Graph's.
HOSTS: dict[Cloud, Hosts] = {
    Cloud.GLOBAL: Hosts(
        "https://login.microsoftonline.com",
        "https://graph.microsoft.com",
        "https://outlook.office365.com",
        "https://entra.microsoft.com",
        "AzureCloud",
    ),
    Cloud.GCC_HIGH: Hosts(
        "https://login.microsoftonline.us",
        "https://graph.microsoft.us",
        "https://outlook.office365.us",
        "https://portal.azure.us",
        "AzureUSGovernment",
    ),
    Cloud.DOD: Hosts(
        "https://login.microsoftonline.us",
        "https://dod-graph.microsoft.us",
        "https://outlook-dod.office365.us",
        "https://portal.azure.us",
        "AzureUSGovernment",
    ),
    Cloud.CHINA: Hosts(
        "https://login.partner.microsoftonline.cn",
        "https://microsoftgraph.chinacloudapi.cn",
        "https://partner.outlook.cn",
        "https://portal.azure.cn",
        "AzureChinaCloud",
    ),
}
