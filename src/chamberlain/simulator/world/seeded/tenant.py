"""The seeded tenant's name and its applications' secrets: what depends on the seed alone."""

from chamberlain.simulator.world.base import Tenant
from chamberlain.simulator.world.seeded.permutation import Guids

TENANT_KIND = 90
_NAMES = (
    "Northwind",
    "Fabrikam",
    "Contoso",
    "Wingtip",
    "Fourth Coffee",
    "Alpine Ski House",
    "Woodgrove",
    "Trey Research",
)


def seeded_tenant(seed: int, guids: Guids, population: str) -> Tenant:
    """The organisation of a seed. `.example` is reserved (RFC 2606): no mail can ever leave."""
    name = _NAMES[seed % len(_NAMES)]
    label = f"{name.lower().replace(' ', '')}{seed}"
    return Tenant(
        guids.encode(TENANT_KIND, 0),
        name,
        f"{label}.example",
        f"{label}.onmicrosoft.com",
        "2016-03-01T09:00:00Z",
        population,
    )
