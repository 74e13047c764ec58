"""What people type, as a full-text query."""

import re


def prefix_query(text: str) -> str | None:
    """A tsquery that every word of `text` begins some word of the row; None where there is no word.

    Splits as the generated `search` columns do: at everything that is not a letter or digit.
    """
    words = re.findall(r"\w+", text.replace("_", " "))
    return " & ".join(f"'{word}':*" for word in words) or None
