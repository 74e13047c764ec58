"""Graph's errors.

source  https://learn.microsoft.com/graph/errors and concepts/aad-advanced-queries (read 2026); texts recorded from the
        service
"""

import time


class GraphError(Exception):
    """An error answer: status, code and message of Graph's envelope."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        headers: dict[str, str] | None = None,
        *,
        inner: dict[str, str] | None = None,
        details: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}
        self.inner = inner or {}
        self.details = details

    def document(self, request_id: str, client_request_id: str) -> dict[str, object]:
        """The error envelope."""
        inner = {
            "date": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()),
            "request-id": request_id,
            "client-request-id": client_request_id,
            **self.inner,
        }
        details = {} if self.details is None else {"details": [self.details]}
        return {"error": {"code": self.code, "message": self.message, **details, "innerError": inner}}


def not_found(what: str) -> GraphError:
    """An object or a reference that is not there."""
    return GraphError(
        404,
        "Request_ResourceNotFound",
        f"Resource '{what}' does not exist or one of its queried reference-property objects are not present.",
    )


def bad_request(message: str) -> GraphError:
    """A request that the directory does not understand."""
    return GraphError(400, "Request_BadRequest", message)


def on_premises() -> GraphError:
    """A write to what another directory is the master of."""
    return bad_request(
        "Unable to update the specified properties for on-premises mastered Directory Sync objects or objects "
        "currently undergoing migration."
    )


def unsupported_query(message: str) -> GraphError:
    """A query that is understood and not supported."""
    return GraphError(400, "Request_UnsupportedQuery", message)


def unknown_segment(segment: str) -> GraphError:
    """A path that leads nowhere."""
    return GraphError(400, "BadRequest", f"Resource not found for the segment '{segment}'.")


def unknown_property(name: str, type_name: str) -> GraphError:
    """A name in $select or $expand that the type does not have."""
    return GraphError(
        400,
        "BadRequest",
        f"Parsing OData Select and Expand failed: Could not find a property named '{name}' on type "
        f"'microsoft.graph.{type_name}'.",
    )


def needs_advanced_query(operator: str) -> GraphError:
    """An operator that works only with ConsistencyLevel and $count."""
    return unsupported_query(
        f"Operator '{operator}' is not supported because the required parameters might be missing. Try adding "
        "$count=true query parameter and ConsistencyLevel:eventual header. Refer to "
        "https://aka.ms/graph-docs/advanced-queries for more information"
    )
