"""Pulling: one engine runs every connector, and turns what was fetched into tickets."""

from clonedesk_connectors.sync.engine import Pull
from clonedesk_connectors.sync.normalise import normalise_dirty, rebuild
from clonedesk_connectors.sync.report import Progress, RunReport, Status

__all__ = ["Progress", "Pull", "RunReport", "Status", "normalise_dirty", "rebuild"]
