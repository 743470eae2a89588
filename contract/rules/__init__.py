"""The rules that a contract must keep, one module for each subject, each rule a function."""

from contract.rules.registry import RULES, Rule

__all__ = ["RULES", "Rule"]
