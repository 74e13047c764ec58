"""Taking permissions of the product's application back in a simulated Entra, and granting them again."""

from chamberlain.bench.granting import Grants

__all__ = ["Grants"]
