"""How the simulated service behaves where Microsoft leaves it open; set while it runs by `/_simulator/knobs`."""

import msgspec

WEEK_SECONDS = 7 * 24 * 3600
"""Life of a delta token of directory objects (https://learn.microsoft.com/graph/delta-query-overview, read 2026)."""


class Knobs(msgspec.Struct):
    """All of them, with the values of a tenant that nobody has touched.

    delta_users_per_page, delta_groups_per_page, delta_entries_per_page  sizes that the service chooses by itself; an
        issue report tells of some 500 members a page (github.com/microsoftgraph/msgraph-sdk-dotnet/issues/574)
    delta_token_seconds       life of a delta token
    delta_tokens_valid_from   tokens issued before this second (since 1970) are void
    delta_reset_status        how a void token is refused: 410 with a Location, or 400 syncStateNotFound
    audit_lag_ms              how late the audit log tells; each entry by itself, up to three times as late
    replica_lag_ms            how far behind the replica is, at most, that answers a request
    premium                   whether the tenant owns Entra ID P2, without which nothing can be eligible and nobody is
        told of last sign-ins
    notify_duplicates         share of change notifications that are sent twice
    code_seconds              life of an authorization code
    exchange_lag_ms           how long Graph does not know of what Exchange changed
    exchange_call_ms          how long a cmdlet takes
    exchange_at_once          how many may run at once before Exchange answers 429
    exchange_errors_as_ok     whether Exchange tells of errors in answers with status 200
    sign_in_assignment        whether only people who were assigned to the application may sign in to it
    """

    delta_users_per_page: int = 200
    delta_groups_per_page: int = 200
    delta_entries_per_page: int = 500
    delta_token_seconds: float = WEEK_SECONDS
    delta_tokens_valid_from: float = 0.0
    delta_reset_status: int = 410
    audit_lag_ms: int = 2_000
    replica_lag_ms: int = 0
    premium: bool = True
    notify_duplicates: float = 0.1
    code_seconds: float = 600.0
    sign_in_assignment: bool = False
    exchange_lag_ms: int = 500
    exchange_call_ms: int = 0
    exchange_at_once: int = 8
    exchange_errors_as_ok: bool = False

    def set(self, changes: dict[str, object]) -> None:
        """Turn some of them.

        raises  msgspec.ValidationError for a name or a value that makes no sense
        """
        unknown = sorted(set(changes) - set(self.__struct_fields__))
        if unknown:
            raise msgspec.ValidationError(f"There is no knob {unknown[0]}.")
        turned = msgspec.convert(msgspec.to_builtins(self) | changes, Knobs)
        for name in self.__struct_fields__:
            setattr(self, name, getattr(turned, name))
