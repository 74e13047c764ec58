"""VERBS: the only way anything changes. One per file: checks authority, opens the transaction, records the event."""
