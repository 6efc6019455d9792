"""The conformance kit: subclass it, say how to make your connector and its helpdesk, and run it with pytest.

    class TestAcme(ConnectorConformance):
        def connector(self):
            return connector(Account(vendor="acme", name="demo"))

        def helpdesk(self, tickets, clock):
            return InventedAcme(tickets, clock)

Each check says in its docstring what it proves. The checks drive the real engine, in this process, on a clock that only
moves when somebody waits. What a vendor cannot have is skipped with the reason, never passed in silence.
"""

from clonedesk_connectors.testing.conformance.failures import FailureChecks
from clonedesk_connectors.testing.conformance.helpdesk import Helpdesk, SandboxHelpdesk
from clonedesk_connectors.testing.conformance.limits import LimitChecks
from clonedesk_connectors.testing.conformance.paging import PagingChecks
from clonedesk_connectors.testing.conformance.plan import PlanChecks
from clonedesk_connectors.testing.conformance.tickets import TicketChecks

__all__ = ["ConnectorConformance", "Helpdesk", "SandboxHelpdesk"]


class ConnectorConformance(PlanChecks, PagingChecks, FailureChecks, TicketChecks, LimitChecks):
    """What every connector must keep. Give `connector` and `helpdesk`; the rest of `Kit` has defaults to replace."""
