"""What has been used so far."""

from dataclasses import dataclass, field
from datetime import timedelta

from chamberlain.model.quota import Workload


@dataclass(slots=True)
class Spent:
    """What a `Graph` has used so far.

    requests        each part of a batch counts
    round_trips     what went over the wire
    resource_units  as Microsoft said, or as documented where it did not say
    throttled       429 answers, parts of batches too
    waited          for budgets and pauses, summed over everything that waited
    """

    requests: int = 0
    round_trips: int = 0
    resource_units: int = 0
    throttled: int = 0
    waited: timedelta = timedelta(0)
    by_workload: dict[Workload, int] = field(default_factory=dict)
