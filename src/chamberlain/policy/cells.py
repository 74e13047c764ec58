"""Text that no spreadsheet runs."""

# source  https://owasp.org/www-community/attacks/CSV_Injection (2025): a cell that begins so is run as a formula
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe in front says that it is text."""
    return f"'{text}" if text.startswith(FORMULA) else text
