"""WHAT CAN BE HELD: one file per kind of thing that is read from a tenant, one table of all kinds."""
