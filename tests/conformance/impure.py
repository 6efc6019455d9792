"""A connector that asks for the time. In a file of its own, because the kit reads the file a connector is in."""

from __future__ import annotations

import time

from tests.conformance.reference import HarbourdeskConnector


class LooksAtTheClock(HarbourdeskConnector):
    """Tickets are as old as the moment they are read."""

    def first_cursor(self, stream, since):
        return f"since={int(time.time())}" if since else super().first_cursor(stream, since)
