"""What stands at a place of the contract's file, as it was written there, comments included."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from contract import Contract

__all__ = ["excerpt"]


def excerpt(contract: Contract, pointer: str) -> str:
    """The lines below a key, up to the next key of its level; where YAML is not written in lines, the value anew."""
    lines = contract.data.decode().splitlines()
    key = lines[contract.line(pointer) - 1]
    if not re.fullmatch(r"\s*[\w$.'\"/-]+:", key):
        text: str = yaml.dump(contract.at(pointer), Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True)
        return text.rstrip()
    indent = len(key) - len(key.lstrip())
    below = []
    for line in lines[contract.line(pointer) :]:
        if line.strip() and len(line) - len(line.lstrip()) <= indent:
            break
        below.append(line)
    return textwrap.dedent("\n".join(below)).rstrip()
