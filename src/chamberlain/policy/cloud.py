"""At which hosts a cloud is reached: its own, unless settings name others, of a simulated Microsoft or of a proxy."""

from chamberlain.model.cloud import HOSTS, Cloud
from chamberlain.settings import Settings


def login_of(cloud: Cloud, *, settings: Settings) -> str:
    """Its identity platform."""
    mine = settings.login_root if cloud is Cloud.GLOBAL else HOSTS[cloud].login
    return settings.cloud_roots.get(cloud.value, {}).get("login", mine)


def graph_of(cloud: Cloud, *, settings: Settings) -> str:
    """Its Microsoft Graph."""
    mine = settings.graph_root if cloud is Cloud.GLOBAL else HOSTS[cloud].graph
    return settings.cloud_roots.get(cloud.value, {}).get("graph", mine)


def exchange_of(cloud: Cloud, *, settings: Settings) -> str:
    """Its Exchange Online. Tokens are for Microsoft's own host of the cloud, wherever this is."""
    mine = settings.exchange_root if cloud is Cloud.GLOBAL else HOSTS[cloud].exchange
    return settings.cloud_roots.get(cloud.value, {}).get("exchange", mine)
