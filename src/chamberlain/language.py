"""Every text for people passes through here, whichever wing says it.

The catalogue is Django's (`web/locale`), since Django chooses the language of a browser's request; the terminal gets
the installation's. Before Django is loaded, texts stay English.
"""

from django.conf import settings
from django.utils import translation


def gettext(text: str) -> str:
    """The text in the language of whoever reads it."""
    return translation.gettext(text) if settings.configured else text


def ngettext(one: str, many: str, number: int) -> str:
    """The singular or plural text in the language of whoever reads it."""
    if not settings.configured:
        return one if number == 1 else many
    return translation.ngettext(one, many, number)
