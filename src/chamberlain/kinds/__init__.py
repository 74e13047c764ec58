"""WHAT CAN BE HELD: one file per kind of thing that is read from a tenant, and one table of all kinds.

A reader walks complete listings and hands rows to a `Sink`; it ends when all of them are complete, or raises.
It knows Graph and the model, not the store.
"""
