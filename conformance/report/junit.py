"""JUnit XML with a test case for each claim, as continuous integration systems read it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from conformance.verdict import State

if TYPE_CHECKING:
    from conformance.report.document import ClaimReport, Report

__all__ = ["junit"]

_SKIPPED = (State.NOT_EXERCISED, State.NOT_APPLICABLE)

# What XML 1.0 (section 2.2) cannot carry, not even escaped.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(report: Report) -> bytes:
    """The report as JUnit XML, in UTF-8."""
    suite = ET.Element(
        "testsuite",
        name=report.suite,
        tests=str(len(report.claims) + bool(report.refusal)),
        failures=str(report.count(State.FAIL)),
        errors=str(report.count(State.ERROR) + bool(report.refusal)),
        skipped=str(sum(report.count(state) for state in _SKIPPED)),
        time=str(report.seconds),
        timestamp=report.finished,
    )
    if report.refusal:
        case = ET.SubElement(suite, "testcase", classname=report.suite, name="gate")
        ET.SubElement(case, "error", message=_clean(report.refusal))
    for claim in report.claims:
        _case(suite, report, claim)
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _case(suite: ET.Element, report: Report, claim: ClaimReport) -> None:
    case = ET.SubElement(suite, "testcase", classname=f"{report.suite}.{claim.claim.split('.')[0]}", name=claim.claim)
    if claim.state is State.FAIL and claim.findings:
        finding = claim.findings[0]
        failure = ET.SubElement(case, "failure", message=_clean(finding.message))
        lines = [claim.says, f"({claim.page})", ""]
        for exchange in finding.exchanges:
            lines += [*exchange.request, *(f"< {line}" for line in exchange.response), exchange.curl, ""]
        failure.text = _clean("\n".join([*lines, f"again: {claim.again}"]))
    elif claim.state is State.ERROR:
        ET.SubElement(case, "error", message=_clean(claim.note))
    elif claim.state in _SKIPPED:
        ET.SubElement(case, "skipped", message=_clean(claim.note))
    elif claim.state is State.WARNING and claim.findings:
        ET.SubElement(case, "system-out").text = _clean(f"warning: {claim.findings[0].message}")


def _clean(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)
