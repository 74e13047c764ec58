"""The cast: the people of the simulator's golden tenant, as its own file writes them."""

from uuid import UUID


def _person(number: int) -> UUID:
    return UUID(f"60dea100-0000-4000-8000-{number:012x}")


ANNA, BEN, CHLOE, DMITRI, EMRE, FATIMA, GRETA, HIRO, INES, JONAS, INVOICES, BACKUP = (_person(n) for n in range(12))
