"""`chamberlain sign-in`: a link that signs an administrator in, once."""

from typing import Annotated

import typer

from chamberlain.actions.sign_in import issue_sign_in_link
from chamberlain.cli.rim import out, terminal_actor, world
from chamberlain.language import gettext as _


def sign_in(name: Annotated[str, typer.Option(help=_("The administrator's name."))] = "Administrator") -> None:
    """Print a link that signs a local administrator in. It works once, within a day."""
    with world() as opened:
        link = issue_sign_in_link(actor=terminal_actor(), root=opened.settings.url, name=name)
        out.print(link, highlight=False, soft_wrap=True)
