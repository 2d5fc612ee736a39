"""Build hook: the wheel carries rules/ and the JSON index that the program loads (see cudamig/facts/store.py)."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class IndexHook(BuildHookInterface):  # type: ignore[type-arg]
    """Compile rules/ into cudamig/_index/."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the tables to a temporary folder and have them included. An editable install reads the YAML."""
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        from cudamig.rules.compile import compile_folder

        folder = os.path.join(self.root, "rules")
        self._temporary = tempfile.TemporaryDirectory(prefix="cudamig-index-")
        for name, table in compile_folder(folder).items():
            file = os.path.join(self._temporary.name, name + ".json")
            with open(file, "w", encoding="utf-8") as handle:
                json.dump(table, handle, ensure_ascii=False, separators=(",", ":"))
            build_data["force_include"][file] = f"cudamig/_index/{name}.json"
        build_data["force_include"][folder] = "cudamig/_rules"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the temporary folder."""
        if version != "editable":
            self._temporary.cleanup()
