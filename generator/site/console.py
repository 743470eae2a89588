"""The interactive console: Scalar from its npm package, served by the site itself, asking nobody else for anything."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from contract import Contract

__all__ = ["console_files"]


def console_files(package: Path, contract: Contract) -> dict[str, bytes]:
    """The files of the console beside its page: Scalar's bundle, whose it is, and our settings."""
    described = json.loads((package / "package.json").read_bytes())
    version = described["version"]
    source = f"{described['name']} {version} ({described['homepage']})"
    notice = f"scalar.js is {source}, under the licence {described['license']}.\n"
    return {
        "console/NOTICE.txt": notice.encode(),
        "console/scalar.js": (package / "dist" / "browser" / "standalone.js").read_bytes(),
        "console/console.js": _start(contract, version).encode(),
    }


def _start(contract: Contract, version: str) -> str:
    settings = json.dumps(_settings(contract), indent=2)
    return (
        f"// Starts Scalar {version} on the contract of this site, asking nobody else for anything.\n"
        f"const settings = {settings};\n"
        "// `?sandbox=` names a sandbox on another port of this machine. No other server may get keys that way.\n"
        "const sandbox = new URLSearchParams(location.search).get('sandbox') ?? '';\n"
        "if (/^http:\\/\\/(127\\.0\\.0\\.1|localhost):\\d+$/.test(sandbox)) settings.servers[0].url = sandbox;\n"
        "if (chosen) settings.darkMode = chosen === 'dark'; // what the other pages were set to\n"
        "Scalar.createApiReference('#console', settings);\n"
    )


def _settings(contract: Contract) -> dict[str, Any]:
    return {
        "url": "../downloads/latest/openapi.json",
        "withDefaultFonts": False,
        "telemetry": False,
        "agent": {"disabled": True},
        "mcp": {"disabled": True},
        "hideClientButton": True,
        "showDeveloperTools": "never",
        "persistAuth": False,
        "servers": [
            {"url": "http://127.0.0.1:4010", "description": "A sandbox on this machine"},
            *contract.document.get("servers", []),
        ],
    }
