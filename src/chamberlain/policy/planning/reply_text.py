"""Automatic replies as text: Exchange keeps them as HTML, and wraps what it was given in a page of its own.

source  https://learn.microsoft.com/graph/api/resources/automaticrepliessetting (2026);
        https://learn.microsoft.com/powershell/module/exchange/set-mailboxautoreplyconfiguration (2026): "HTML tags
        aren't automatically added"; https://learn.microsoft.com/graph/api/user-get-mailboxsettings (2026): the example
        comes back within <html><body>
"""

import html
import re

# no address in angle brackets
_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]*(?:\s[^>]*)?/?>|<![^>]*>")
_BREAK = re.compile(r"<(?:br|/p|/div)\b[^>]*>", re.IGNORECASE)
_LEADS = re.compile(r"""(?<![\w-])(href|src)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)


def as_html(text: str) -> str:
    """What is sent: HTML as it is, a plain text with its lines."""
    if _TAG.search(text):
        return text
    return html.escape(text, quote=False).replace("\r\n", "\n").replace("\n", "<br>")


def says(text: str) -> str:
    """What of a reply people read, however it is marked up: words with one space between them, where links lead, and
    which pictures are shown.
    """
    if _TAG.search(text):
        text = html.unescape(_TAG.sub(_leads, _BREAK.sub(" ", text)))
    return " ".join(text.split())


def _leads(tag: re.Match[str]) -> str:
    """What stays of a tag: addresses, however they are quoted."""
    return "".join(f"[{one[1].lower()}={one[2] or one[3] or one[4] or ''}]" for one in _LEADS.finditer(tag[0]))
