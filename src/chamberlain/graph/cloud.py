"""Where Microsoft is, for a connection of a cloud."""

from chamberlain.graph.client import Endpoint
from chamberlain.model.cloud import Cloud
from chamberlain.policy.cloud import graph_of, login_of
from chamberlain.settings import Settings


def endpoint_of(cloud: Cloud, *, settings: Settings) -> Endpoint:
    """The cloud's hosts."""
    login, graph = login_of(cloud, settings=settings), graph_of(cloud, settings=settings)
    return Endpoint(login, graph, settings.requests_in_flight)
