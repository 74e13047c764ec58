"""Changes that plans made or tried, as a history asks for them."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AskedChanges:
    """Which changes are meant; "" and () narrow nothing.

    person, permission  part of a name as it was then, or the whole key or object id
    actor               part of the name of who made, approved or started the plan
    verbs, states       values of Verb and StepState
    since, until        when the step ended or, before that, the plan was made
    """

    person: str = ""
    permission: str = ""
    actor: str = ""
    verbs: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
