"""A tenant of any size computed from a seed: every object from its index, every relation from both of its ends."""
