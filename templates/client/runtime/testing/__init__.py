"""A Moment in memory, so that you can test your code without a network.

With pytest, take the fixture `moment_server`, which this package brings along: every client that your code makes during
the test is a client of it. Without pytest, use `MomentServer` by itself.
"""

from __future__ import annotations

from moment_billing.testing._recording import RecordedRequest
from moment_billing.testing._server import MomentServer
from moment_billing.testing._webhooks import sign_webhook

__all__ = ["MomentServer", "RecordedRequest", "sign_webhook"]
