"""For each error code: what happened, why, and what to do, in one plain sentence each."""
