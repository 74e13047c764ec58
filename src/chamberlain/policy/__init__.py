"""DECISIONS: pure functions, values in, values with all their reasons out. No I/O, no clock."""
