"""TENANT -> STORE: complete listings become the present and the past."""
