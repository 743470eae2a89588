"""What can be wrong with a contract, and where.

ContractError     the contract cannot be used: unreadable, malformed, or breaking a rule
exit_status       what a command ends with when it meets that, or what nobody foresaw
"""

from __future__ import annotations

import sys
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["ContractError", "Finding", "exit_status", "printable", "unusable"]


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that is wrong with a contract.

    Attributes:
        source: The file, as the user named it.
        line: The line in the file, from 1; 0 when the whole file is meant.
        pointer: JSON pointer (RFC 6901) to the place in the document.
        rule: The name of the rule that is broken, such as `pattern-compiles`.
        message: What is wrong and what to do about it.
    """

    source: str
    line: int
    pointer: str
    rule: str
    message: str

    def __str__(self) -> str:
        place = f"{self.source}:{self.line}" if self.line else self.source
        at = f" at {self.pointer}" if self.pointer else ""
        return printable(f"{place}: {self.message}{at} [{self.rule}]")


class ContractError(Exception):
    """The contract cannot be used; `findings` say why, one for each place."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("\n".join(map(str, findings)))
        self.findings = tuple(findings)

    def __reduce__(self) -> tuple[type[ContractError], tuple[tuple[Finding, ...]]]:
        return type(self), (self.findings,)


def exit_status(run: Callable[[], int], closing: str = "") -> int:
    """The exit status of a command; 2, once the reason and the closing words are told, when it cannot be carried out.

    A failure that nobody foresaw must not end with Python's 1, which is a verdict here.
    """
    try:
        return run()
    except ContractError as error:
        for finding in error.findings:
            print(finding, file=sys.stderr)
    except Exception:
        traceback.print_exc()
    if closing:
        print(closing, file=sys.stderr)
    return 2


def printable(text: str) -> str:
    """A text on one line that a terminal only shows: what would act on it is written as an escape."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def unusable(source: str, line: int, rule: str, message: str) -> ContractError:
    """The refusal of a file as a whole, for one reason."""
    return ContractError([Finding(source, line, "", rule, message)])
