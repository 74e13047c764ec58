"""Who has an address: people, groups and dynamic distribution groups as Exchange shows them, and finding them."""

from collections.abc import Iterator
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from chamberlain.simulator.exchange.refusal import ambiguous, object_missing
from chamberlain.simulator.world.dynamic_group import DynamicGroup
from chamberlain.simulator.world.fact import Shelf
from chamberlain.simulator.world.group import Group, GroupKind
from chamberlain.simulator.world.mutation.exchange import EXCHANGE_KINDS
from chamberlain.simulator.world.person import AccountUse, Person
from chamberlain.simulator.world.reference import Kind, Ref
from chamberlain.simulator.world.view import View

DETAILS = {
    GroupKind.MAIL_SECURITY: "MailUniversalSecurityGroup",
    GroupKind.DISTRIBUTION: "MailUniversalDistributionGroup",
    GroupKind.MICROSOFT_365: "GroupMailbox",
}
_MAILLESS = frozenset({AccountUse.GUEST, AccountUse.SERVICE})


def exchange_guid(id_: str) -> str:
    """Exchange's own id of an object, which is not Entra's."""
    return str(uuid5(NAMESPACE_URL, f"exchange/{id_}"))


def has_mailbox(person: Person) -> bool:
    """Whether mail for somebody lies in this tenant."""
    return person.mail is not None and person.use not in _MAILLESS


def name_of(person: Person) -> str:
    """The Name of a person: since 2021 that is Entra's id, and who is older has kept the alias.

    source  https://techcommunity.microsoft.com/blog/exchange/change-in-naming-convention-of-users-name-parameter/2284969
            (2021)
    """
    return person.id if person.serial % 2 == 0 else person.nickname


def is_exchanges(group: Group) -> bool:
    """Whether only Exchange may change the group."""
    return group.kind in EXCHANGE_KINDS


class Recipients:
    """The recipients of a tenant at one moment."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.dynamic = tuple(view.dynamic_groups())
        self._named: dict[str, list[Ref]] | None = None

    def group(self, identity: str) -> int:
        """The distribution group or mail-enabled security group with this identity.

        raises  ExchangeError when there is none, or more than one
        """
        ref = self._find(identity, frozenset({Kind.GROUP}))
        if not is_exchanges(self.view.group(ref.serial)):
            raise object_missing(identity)
        return ref.serial

    def recipient(self, identity: str) -> Ref:
        """The person or group with this identity; people without an address are known to Exchange, too.

        raises  ExchangeError when there is none, or more than one
        """
        return self._find(identity, frozenset({Kind.USER, Kind.GROUP}))

    def mailbox(self, identity: str) -> int:
        """The person whose mailbox has this identity.

        raises  ExchangeError when there is none
        """
        ref = self._find(identity, frozenset({Kind.USER}))
        if not has_mailbox(self.view.person(ref.serial)):
            raise object_missing(identity)
        return ref.serial

    def dynamic_group(self, identity: str) -> DynamicGroup:
        """The dynamic distribution group with this identity.

        raises  ExchangeError when there is none
        """
        wanted = identity.lower()
        for one in self.dynamic:
            if wanted in {one.guid, one.name.lower(), one.address.lower()}:
                return one
        raise object_missing(identity)

    def _find(self, identity: str, kinds: frozenset[Kind]) -> Ref:
        wanted = identity.strip().lower()
        ref = self.view.find(wanted) if _is_guid(wanted) else None
        if ref is not None and ref.kind in kinds:
            return ref
        user = self.view.find_user(wanted) if "@" in wanted and Kind.USER in kinds else None
        if user is not None:
            return Ref(Kind.USER, user)
        found = [one for one in self._by_name().get(wanted, ()) if one.kind in kinds]
        if len(found) > 1:
            raise ambiguous(identity)
        if not found:
            raise object_missing(identity)
        return found[0]

    def _by_name(self) -> dict[str, list[Ref]]:
        """What else people write for an identity, each with those that it may mean."""
        if self._named is None:
            self._named = {}
            for ref, names in self._names():
                for name in names:
                    self._named.setdefault(name.lower(), []).append(ref)
        return self._named

    def _names(self) -> Iterator[tuple[Ref, set[str]]]:
        for ref in self.view.everything(Kind.USER):
            person = self.view.person(ref.serial)
            yield ref, {name_of(person), person.nickname, person.mail or person.nickname}
        for ref in self.view.everything(Kind.GROUP):
            group = self.view.group(ref.serial)
            if group.mail is not None:
                yield ref, {group.display_name, group.nickname, group.mail}

    def shown(self, ref: Ref) -> dict[str, Any]:
        """A recipient as listings of members show it."""
        return self.of_person(ref.serial) if ref.kind is Kind.USER else self.of_group(self.view.group(ref.serial))

    def of_person(self, serial: int) -> dict[str, Any]:
        """A person."""
        person = self.view.person(serial)
        if person.is_guest:
            type_, details = "MailUser", "GuestMailUser"
        elif has_mailbox(person):
            shared = self.setting(serial, "mailbox_type", otherwise=born_as(person)) == "SharedMailbox"
            type_, details = "UserMailbox", "SharedMailbox" if shared else "UserMailbox"
        else:
            type_ = details = "User"
        return {
            "Name": name_of(person),
            "Alias": person.nickname,
            "DisplayName": person.display_name or "",
            "PrimarySmtpAddress": person.mail or "",
            "ExternalDirectoryObjectId": person.id,
            "Guid": exchange_guid(person.id),
            "RecipientType": type_,
            "RecipientTypeDetails": details,
            "WindowsLiveID": person.user_principal_name,
            "Department": person.department or "",
        }

    def of_group(self, group: Group) -> dict[str, Any]:
        """A group with an address."""
        details = DETAILS.get(group.kind, "Group")
        return {
            "Name": group.display_name,
            "Alias": group.nickname,
            "DisplayName": group.display_name,
            "PrimarySmtpAddress": group.mail or "",
            "ExternalDirectoryObjectId": group.id,
            "Guid": exchange_guid(group.id),
            "RecipientType": details,
            "RecipientTypeDetails": details,
        }

    def setting(self, user: int, name: str, *, otherwise: Any) -> Any:
        """A setting of a mailbox, as changes left it."""
        item = self.view.entry(Shelf.MAILBOX, (user, name), None)
        return otherwise if item is None else item[0]


def born_as(person: Person) -> str:
    """What a mailbox is before anybody converts it."""
    return "SharedMailbox" if person.use is AccountUse.SHARED_MAILBOX else "UserMailbox"


def _is_guid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
