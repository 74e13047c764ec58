"""Links that lead to the same page again: an empty page points to where its items are."""

from chamberlain.simulator.message import Request

_MARK = "again="


def again_link(request: Request, number: int) -> str:
    """An address of the request itself that differs from the one that was asked."""
    query = f"{request.raw_query}&" if request.raw_query else ""
    return f"{request.origin}{request.raw_path}?{query}{_MARK}{number}"


def without_again(request: Request) -> Request:
    """The request that such a link stands for."""
    if _MARK not in request.target:
        return request
    parts = [part for part in request.raw_query.split("&") if not part.startswith(_MARK)]
    query = f"?{'&'.join(parts)}" if parts else ""
    return Request(request.method, f"{request.target.partition('?')[0]}{query}", request.headers, request.body)
