"""WING: the terminal."""
