"""THROTTLING AS A MODEL: what a request costs, what Microsoft allows, and a budget that all processes share.

`price` says what a request draws on which quota. A `Lane` leases from a `Ledger` before anything is sent, learns from
what comes back, and keeps the place in line. Nothing here speaks HTTP.
"""
