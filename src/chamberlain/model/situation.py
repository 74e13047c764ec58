"""What is known of a tenant where a plan touches it: everything that decides about the plan, and nothing else.

`policy/planning` reads it, `queries` fills it in from what was read last. It holds the direct edges above those whom
the plan touches: what they hold, what the groups that they are in hold, and so on upwards.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from chamberlain.model.capability import Capability
from chamberlain.model.exchange import Mailbox
from chamberlain.model.kind import AccountType, Kind, Relation
from chamberlain.model.plan import Fact, Subject


@dataclass(frozen=True, slots=True)
class AccountKnown:
    """An account as a plan sees it.

    properties  by Graph's names: what rules of groups and updates speak of
    synced      mastered in an on-premises directory: Graph refuses to write it
    mailbox     as Exchange told of it just now; None: it was not asked, or did not tell
    no_mailbox  whether Exchange said that there is none
    untold      whether it was to be asked for the mailbox, and did not tell
    """

    guid: str
    name: str
    user_name: str
    type: AccountType = AccountType.MEMBER
    enabled: bool = True
    deleted: bool = False
    synced: bool = False
    usage_location: str = ""
    properties: Mapping[str, Fact] = field(default_factory=dict)
    protected: bool = False
    mailbox: Mailbox | None = None
    no_mailbox: bool = False
    untold: bool = False


@dataclass(frozen=True, slots=True)
class PermissionKnown:
    """A permission as a plan sees it.

    rule                of a group with rule-based membership; None: members are put into it
    synced, sam_name    mastered in an on-premises directory, and what it is called there
    role_assignable     only roles over roles may change who is in it
    privileged          a role, or a group, that gives power over the tenant
    members, owners     how many hold it directly; None: not seen
    licensed            a group that carries licences
    seats, used         of a licence; `seats` None: not known, or without end
    idle                names of holders who seem not to use it, who could give a seat back
    mailbox_plans       of a licence: ids of its service plans that carry a mailbox
    """

    key: str
    kind: Kind
    name: str
    app: str = ""
    rule: str | None = None
    synced: bool = False
    sam_name: str = ""
    role_assignable: bool = False
    privileged: bool = False
    members: int | None = None
    owners: int | None = None
    licensed: bool = False
    seats: int | None = None
    used: int = 0
    idle: tuple[str, ...] = ()
    protected: bool = False
    mailbox_plans: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, order=True)
class Edge:
    """Somebody holds something directly. `ends`: when by itself, as text; `disabled_plans`: of a licence, sorted."""

    holder: Subject
    permission: str
    relation: Relation = Relation.MEMBER
    scope: str = ""
    ends: str = ""
    disabled_plans: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Situation:
    """A tenant where a plan touches it.

    as_of            the last complete look at the tenant
    writable         whether the connection may write at all
    chosen, held     capabilities that somebody chose, and scopes that the tenant granted
    own_roles        keys of directory roles that our own service principal holds; None: not known
    premium          whether roles can be made eligible and end by themselves (Entra ID P2)
    exchange         whether Exchange is connected for writing groups
    mailboxes        whether it is connected for mailboxes; reads_mailboxes: whether it tells of them at least
    ourselves        ids of the application that connects, and of its service principal
    administrators   accounts that are Global Administrator now, and may sign in
    blind            keys of permissions whose holders could not be read
    service_plans    of licences: names of their service plans by id
    clashes          licences that Microsoft did not give to somebody who has the other one
    refused          what Microsoft said when it refused a change last: by verb, subject and permission
    timed            rights that end by us: holder, permission, the verb that takes it, scope (store/terms)
    ending           when they do, of those that the changes take
    """

    as_of: datetime
    accounts: Mapping[str, AccountKnown]
    permissions: Mapping[str, PermissionKnown]
    edges: frozenset[Edge] = frozenset()
    writable: bool = True
    chosen: frozenset[Capability] = frozenset()
    held: frozenset[str] = frozenset()
    own_roles: frozenset[str] | None = None
    premium: bool = False
    exchange: bool = False
    mailboxes: bool = False
    reads_mailboxes: bool = False
    ourselves: frozenset[str] = frozenset()
    administrators: frozenset[str] = frozenset()
    blind: frozenset[str] = frozenset()
    service_plans: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    clashes: frozenset[tuple[str, str]] = frozenset()
    refused: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    timed: frozenset[tuple[str, str, str, str]] = frozenset()
    ending: Mapping[tuple[str, str, str, str], datetime] = field(default_factory=dict)
