"""Where Microsoft is, for a connection of a cloud."""

from chamberlain.graph.client import Endpoint
from chamberlain.model.cloud import HOSTS, Cloud
from chamberlain.settings import Settings


def endpoint_of(cloud: Cloud, *, settings: Settings) -> Endpoint:
    """The cloud's hosts; settings may name others: of a simulated Microsoft, or of a proxy."""
    roots = settings.cloud_roots.get(cloud.value, {})
    if cloud is Cloud.GLOBAL:
        roots = {"login": settings.login_root, "graph": settings.graph_root} | roots
    hosts = HOSTS[cloud]
    return Endpoint(roots.get("login", hosts.login), roots.get("graph", hosts.graph), settings.requests_in_flight)
