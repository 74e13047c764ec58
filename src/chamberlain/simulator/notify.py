"""Change notifications: who subscribed to what, and which changes they are told of.

source  https://learn.microsoft.com/graph/change-notifications-overview, api/subscription-post-subscriptions and
        change-notifications-lifecycle-events (read 2026)
"""

import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from chamberlain.simulator.notify_post import Mail, Postman
from chamberlain.simulator.world.fact import AttributeFact, EdgeFact, EntryFact, Fact, PresenceFact, Relation, Shelf
from chamberlain.simulator.world.log import Change
from chamberlain.simulator.world.reference import Kind, Ref
from chamberlain.simulator.world.tenant import World

MAX_MINUTES = 41_760
MIN_MINUTES = 45
MAX_PER_APP = 100
_SETS = {"users": (Kind.USER, None), "groups": (Kind.GROUP, None)}
_PARTS = {"members": Relation.MEMBER, "owners": Relation.OWNER}
_TYPES = {Kind.USER: ("Users", "#Microsoft.Graph.User"), Kind.GROUP: ("Groups", "#Microsoft.Graph.Group")}


@dataclass(slots=True)
class Subscription:
    """One subscription. `about` is one object of the kind, `relation` a part of it; None for all."""

    id: str
    application_id: str
    resource: str
    change_types: frozenset[str]
    url: str
    lifecycle_url: str | None
    client_state: str | None
    expires: float
    kind: Kind
    about: Ref | None = None
    relation: Relation | None = None

    def document(self) -> dict[str, Any]:
        """As Graph shows it."""
        return {
            "id": self.id,
            "resource": self.resource,
            "applicationId": self.application_id,
            "changeType": ",".join(sorted(self.change_types, reverse=True)),
            "clientState": None,  # is never shown again
            "notificationUrl": self.url,
            "notificationQueryOptions": None,
            "lifecycleNotificationUrl": self.lifecycle_url,
            "expirationDateTime": written(self.expires),
            "creatorId": self.application_id,
            "includeResourceData": None,
            "latestSupportedTlsVersion": "v1_2",
            "encryptionCertificate": None,
            "encryptionCertificateId": None,
            "notificationUrlAppId": None,
        }


def written(seconds: float) -> str:
    """A time as Graph writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def _told(fact: Fact) -> Iterator[tuple[Ref, str, Relation | None]]:
    """(object, type of change, the relation that changed) of what users and groups subscriptions hear of."""
    match fact:
        case PresenceFact(subject, _, for_good):
            # creation, soft deletion and return are all told as `updated`
            yield subject, "deleted" if for_good else "updated", None
        case AttributeFact(subject):
            yield subject, "updated", None
        case EdgeFact(relation, _, target):
            yield target, "updated", relation
        case EntryFact(Shelf.LICENCE, _, _, holder) if holder is not None:
            yield holder, "updated", None


class Subscriptions:
    """All subscriptions of the tenant; listens to the world and hands mail to the postman."""

    def __init__(self, world: World, *, seed: int) -> None:
        self._world = world
        self._known: dict[str, Subscription] = {}
        self._postman = Postman(seed, world.knobs)
        world.listen(self._changed)

    def resource(self, text: str) -> tuple[Kind, Ref | None, Relation | None] | None:
        """What a resource path speaks of, None for one that cannot be subscribed to."""
        name, *rest = [part for part in text.lower().split("/") if part]
        if name not in _SETS or len(rest) > 2:
            return None
        kind = _SETS[name][0]
        about = self._world.view().find(rest[0]) if rest else None
        relation = _PARTS.get(rest[1]) if len(rest) == 2 else None
        is_wrong = bool(rest) and (about is None or about.kind is not kind)
        if is_wrong or (len(rest) == 2 and (relation is None or kind is not Kind.GROUP)):
            return None
        return kind, about, relation

    def add(self, subscription: Subscription) -> None:
        """Begin to tell."""
        self._known[subscription.id] = subscription

    def of(self, application_id: str) -> list[Subscription]:
        """Subscriptions of an application that have not run out."""
        now = time.time()
        self._known = {guid: known for guid, known in self._known.items() if known.expires > now}
        return [known for known in self._known.values() if known.application_id == application_id]

    def find(self, guid: str, application_id: str) -> Subscription | None:
        """One of them."""
        return next((known for known in self.of(application_id) if known.id == guid), None)

    def remove(self, guid: str) -> None:
        """Tell no more."""
        self._known.pop(guid, None)

    def _changed(self, change: Change, facts: tuple[Fact, ...]) -> None:
        if not self._known:
            return
        told = [entry for fact in facts for entry in _told(fact)]
        for known in list(self._known.values()):
            if known.expires <= change.happened:
                continue
            for ref, kind_of_change, relation in told:
                if self._concerns(known, ref, kind_of_change, relation):
                    self._postman.send(Mail(known.url, self._notification(known, ref, kind_of_change, change)))

    @staticmethod
    def _concerns(known: Subscription, ref: Ref, kind_of_change: str, relation: Relation | None) -> bool:
        return (
            ref.kind is known.kind
            and kind_of_change in known.change_types
            and known.about in {None, ref}
            and known.relation in {None, relation}
        )

    def _envelope(self, known: Subscription) -> dict[str, Any]:
        return {
            "subscriptionId": known.id,
            "subscriptionExpirationDateTime": written(known.expires),
            "clientState": known.client_state,
            "tenantId": self._world.base.tenant.id,
        }

    def _notification(self, known: Subscription, ref: Ref, kind_of_change: str, change: Change) -> dict[str, Any]:
        collection, type_name = _TYPES[ref.kind]
        guid = self._world.base.guid(ref)
        return {
            "id": str(uuid.uuid4()),
            **self._envelope(known),
            "changeType": kind_of_change,
            "resource": f"{collection}/{guid}",
            "resourceData": {
                "@odata.type": type_name,
                "@odata.id": f"{collection}/{guid}",
                "id": guid,
                "organizationId": self._world.base.tenant.id,
                "eventTime": written(change.happened),
                "sequenceNumber": change.position,
            },
        }

    def tell_of_life(self, event: str) -> int:
        """Send a lifecycle event to every subscription that has an address for it; answers to how many.

        A subscription that is told of its removal is gone.
        """
        told = [known for known in self._known.values() if known.lifecycle_url]
        for known in told:
            body = {**self._envelope(known), "lifecycleEvent": event, "resource": known.resource}
            self._postman.send(Mail(known.lifecycle_url or known.url, body))
            if event == "subscriptionRemoved":
                self.remove(known.id)
        return len(told)
