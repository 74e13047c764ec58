"""What every wing calls things alike. These literals are message ids: a wing translates them where it says them."""

from chamberlain.model.activity import WhyUnknown
from chamberlain.model.run import Why

WHY = {
    Why.FIRST: "there is no earlier reading to go on from",
    Why.ASKED: "somebody asked for it",
    Why.FRESH: "the links of the last run are good",
    Why.LINK_OLD: "the links of the last run are too old",
    Why.LINK_REFUSED: "Microsoft no longer takes a link of the last run",
    Why.LINK_OF_OTHER_MAKE: "an earlier version asked for other fields",
    Why.FULL_DUE: "the last reading of everything is long ago",
}
HOW = {
    "whole": "whole",
    "ranges": "in ranges",
    "ranges and streams": "in ranges and streams",
    "batches": "in batches",
    "changes": "changes only",
}
"""How a kind is read, by `model.run.Planned.way`."""

DATA = {
    "accounts": "People",
    "group": "Groups and members",
    "role": "Roles",
    "licence": "Licences and services",
    "app_role": "Applications",
    "dynamic_distribution": "Dynamic distribution groups",
}
"""Kinds of data, by `queries.freshness.KindOfData.what`."""

WHY_UNKNOWN = {
    WhyUnknown.NOT_READ: "not read yet",
    WhyUnknown.NOT_CHOSEN: "nobody chose to have it read",
    WhyUnknown.NO_RECORD: "Entra has no sign-in on record",
    WhyUnknown.SCOPE_MISSING: "the permission AuditLog.Read.All is missing",
    WhyUnknown.PREMIUM_MISSING: "the tenant has no Entra ID P1 or P2",
    WhyUnknown.PAST: "not kept for the past",
}
