"""PROOF: events written in the caller's transaction."""
