"""WING: REST."""
