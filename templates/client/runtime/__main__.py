"""The command line as `python -m moment_billing`."""

from __future__ import annotations

import sys

from moment_billing.cli import main

if __name__ == "__main__":
    sys.exit(main())
