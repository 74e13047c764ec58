"""WORDS: frozen dataclasses, enums and state machines. Imports nothing but itself; everybody may import it."""
