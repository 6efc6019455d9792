"""What pulled tickets suggest for an account's configuration, with evidence. Pure: tickets in, `Advice` out."""

from collections.abc import Iterable

from clonedesk_connectors.model import Ticket
from clonedesk_connectors.protocol import AccountConfig
from clonedesk_connectors.suggest.advice import Advice, Suggestion
from clonedesk_connectors.suggest.judge import judge
from clonedesk_connectors.suggest.observe import Known, Observations

__all__ = ["Advice", "Known", "Suggestion", "suggest"]


def suggest(tickets: Iterable[Ticket], config: AccountConfig, known: Known | None = None) -> Advice:
    """Look through tickets once, in bounded memory, and suggest what `config` does not say yet.

    known: what the account's directory adds. Suggestions are for a person to check, never applied by themselves.
    """
    seen = Observations(config, known or Known())
    for ticket in tickets:
        seen.add(ticket)
    return Advice(seen.tickets, tuple(judge(seen)))
