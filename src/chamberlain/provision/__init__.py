"""PLAN -> TENANT: the only folder that changes a tenant."""
