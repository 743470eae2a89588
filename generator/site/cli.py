"""The command `moment-publish`: build the partner site, check it, and serve it on this machine.

Exit codes: 0 done, 1 something is wrong with the built site, 2 a part that it is built from cannot be used.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from contract import ContractError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from generator.site.inputs import Inputs

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    from generator.site.packages import PackagingError  # noqa: PLC0415 - `--help` needs none of this

    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except ContractError as error:
        print(error, file=sys.stderr)
    except PackagingError as error:
        print(f"moment-publish: {error}", file=sys.stderr)
    except OSError as error:
        print(f"moment-publish: {error.filename or 'the site'}: {error.strerror}", file=sys.stderr)
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("moment-publish", description="Build, check and show the partner site.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    build = commands.add_parser("build", help="build the site and check it", description="Build the site and check it.")
    build.add_argument(
        "--out", type=Path, default=Path("dist/site"), metavar="DIR", help="where to (default: dist/site)"
    )
    build.add_argument("--contract", metavar="FILE", help="the contract (default: this project's openapi.yaml)")
    build.add_argument("--report", type=Path, metavar="DIR", help="a report of moment-conformance to publish with it")
    build.add_argument("--no-console", action="store_true", help="leave the interactive console out")
    build.add_argument("--twice", action="store_true", help="build a second time in a fresh process, and compare")
    build.add_argument("--digest", action="store_true", help="only print a hash of all files; write nothing")
    build.set_defaults(run=_build)
    serve = commands.add_parser("serve", help="serve a built site", description="Serve a built site on this machine.")
    serve.add_argument(
        "--site", type=Path, default=Path("dist/site"), metavar="DIR", help="the site (default: dist/site)"
    )
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    serve.add_argument("--port", type=int, default=8000, help="port, 0 for a free one (default: %(default)s)")
    serve.set_defaults(run=_serve)
    return parser


def _build(options: argparse.Namespace) -> int:
    from generator.site.build import build  # noqa: PLC0415 - `--help` needs none of this
    from generator.site.folder import place  # noqa: PLC0415
    from generator.site.inputs import find_inputs  # noqa: PLC0415
    from generator.site.verify import verify  # noqa: PLC0415

    inputs = find_inputs(Path.cwd(), contract=options.contract, report=options.report, console=not options.no_console)
    files = build(inputs)
    digest = _digest(files)
    if options.digest:
        print(digest)
        return 0
    problems = verify(files)
    if options.twice and _again(options) != digest:
        problems.append("a second build gives other bytes")
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        print(f"{len(problems)} to correct; {options.out} was left as it was.", file=sys.stderr)
        return 1
    place(files, options.out)
    print(_told(files, inputs, options))
    return 0


def _digest(files: Mapping[str, bytes]) -> str:
    """One hash for all files and their names."""
    listed = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items()))
    return hashlib.sha256(listed.encode()).hexdigest()


def _again(options: argparse.Namespace) -> str:
    """The hash of a build in another process, whose sets and hashes have another order."""
    command = [sys.executable, "-m", "generator.site.cli", "build", "--digest"]
    command += ["--contract", options.contract] if options.contract else []
    command += ["--report", str(options.report)] if options.report else []
    command += ["--no-console"] if options.no_console else []
    environment = {**os.environ, "PYTHONHASHSEED": "4711"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - ourselves
    return done.stdout.strip()


def _told(files: Mapping[str, bytes], inputs: Inputs, options: argparse.Namespace) -> str:
    from generator.site.downloads import CHECKSUMS  # noqa: PLC0415 - `--help` needs none of this

    pages = {
        name: content for name, content in files.items() if name.endswith(".html") and not name.startswith("console")
    }
    name, heaviest = max(pages.items(), key=lambda pair: len(pair[1]))
    count = sum(path.startswith("downloads/") and not path.endswith(CHECKSUMS) for path in files)
    lines = [
        f"{options.out}/ describes version {inputs.contract.version} in {len(pages)} pages, with {count} downloads.",
        f"Every link leads somewhere. The heaviest page is {name}, {len(heaviest):,} bytes.",
    ]
    if options.twice:
        lines.append("A second build gave the same bytes.")
    if not options.report:
        lines.append(
            "Without a conformance report: --report DIR takes one that `moment-conformance --report DIR` made."
        )
    if not inputs.console and not options.no_console:
        lines.append("Without the interactive console: `make console` installs what it needs (with npm).")
    return "\n".join(lines)


def _serve(options: argparse.Namespace) -> int:
    from generator.site.serve import start  # noqa: PLC0415 - `--help` needs none of this

    if not (options.site / "index.html").is_file():
        print(f"moment-publish: {options.site} holds no site; run `moment-publish build` first", file=sys.stderr)
        return 2
    try:
        server = start(options.site, options.host, options.port)
    except OSError as error:
        where = f"{options.host}, port {options.port}"
        print(f"moment-publish: cannot listen on {where}: {error.strerror}; try --port 0", file=sys.stderr)
        return 2
    address = f"http://{options.host}:{server.server_address[1]}/"
    print(f"The site is on {address}\nStop with Ctrl-C.", flush=True)
    sandbox = os.environ.get("MOMENT_BASE_URL")
    if sandbox and (options.site / "console").is_dir():
        print(f"The console with your sandbox: {address}console/index.html?sandbox={sandbox}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print()
    finally:
        server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
