"""Compare two contracts and say what a client or a server notices.

report = compare(load("old.yaml"), load("new.yaml"))
[change.rule for change in report.at(Level.BREAKING)]
"""

from contract.diff.compare import compare
from contract.diff.model import ABSENT, Change, Effect, Level, Report

__all__ = ["ABSENT", "Change", "Effect", "Level", "Report", "compare"]
