"""WORDS TO PEOPLE: messages through one outbox."""
