"""Put a finished site into its folder, all at once: whatever stops a run, the folder holds one whole site."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["place"]


def place(files: Mapping[str, bytes], target: Path) -> None:
    """Write the files into a fresh folder, then put it into the place of the target."""
    target = target.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as folder:
        fresh, aside = Path(folder) / "new", Path(folder) / "old"
        for name, content in files.items():
            path = fresh / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        if target.exists():
            target.rename(aside)
        try:
            fresh.rename(target)
        except OSError:
            if aside.exists():
                shutil.move(aside, target)
            raise
