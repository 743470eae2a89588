"""Versions of a contract: which one a change asks for, and those that were published.

needed("1.0.0", compare(old, new))   the least version that the changes allow
releases(folder)                     every published version, frozen
"""

from contract.release.store import Release, last_release, releases
from contract.release.versions import Version, needed

__all__ = ["Release", "Version", "last_release", "needed", "releases"]
