"""What somebody ticked on the way to a connection, as forms and addresses carry it from page to page."""

from urllib.parse import urlencode

from django.http import HttpRequest

from chamberlain.queries.connect_offer import ConnectOffer

FIELD = "capability"
PLANNED = "planned"  # tells a form without ticks from a page without a form


def planned_of(request: HttpRequest) -> tuple[str, ...] | None:
    """Names of what was ticked; None where nobody was asked."""
    given = request.POST if request.method == "POST" else request.GET
    return tuple(given.getlist(FIELD)) if PLANNED in given else None


def carried(request: HttpRequest, offer: ConnectOffer) -> str:
    """What is chosen, to go on with an address; "" where nobody has ticked yet."""
    if planned_of(request) is None:
        return ""
    return "&" + urlencode([(PLANNED, "yes"), *((FIELD, line.ability.capability.value) for line in offer.chosen)])
