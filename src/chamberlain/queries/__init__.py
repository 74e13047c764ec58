"""QUESTIONS: the only way the wings read."""
