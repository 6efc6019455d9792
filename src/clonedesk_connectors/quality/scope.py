"""Which tickets count: what a history is known to lack, and why a ticket leaves every count."""

from __future__ import annotations

from clonedesk_connectors.model import Event, Ticket
from clonedesk_connectors.protocol import AccountConfig
from clonedesk_connectors.quality.settings import CheckSettings
from clonedesk_connectors.quality.walk import DELETED


def missing(ticket: Ticket, events: tuple[Event, ...], settings: CheckSettings) -> tuple[str, ...]:
    """What the history is known to lack, in words; empty when nothing is."""
    coverage = ticket.coverage
    expected = coverage.messages_expected
    created = ticket.created_at
    first = next((event for event in events if event.kind == "message"), events[0] if events else None)
    late = first is not None and created is not None and first.at - created > settings.creation_slack
    short = expected is not None and expected > coverage.messages_got
    if events and not late and not short and not coverage.gaps and coverage.events_complete is not False:
        return ()
    found = [f"{gap.what}: {gap.why}" for gap in coverage.gaps]
    if short:
        found.append(f"messages: {coverage.messages_got} of {expected} were synced")
    if coverage.events_complete is False and not coverage.gaps:
        found.append("changes: the helpdesk did not give all of them")
    if late:
        found.append("beginning: the first message is later than the ticket's creation")
    if not events:
        found.append("everything: no event was synced")
    return tuple(found)


def excluded(
    ticket: Ticket, customer_wrote: bool, config: AccountConfig, settings: CheckSettings, lacking: tuple[str, ...]
) -> str | None:
    """The first reason, in the order the audit counts them."""
    if ticket.deleted or ticket.status is DELETED:
        return "deleted"
    if ticket.is_spam:
        return "spam"
    if test_reason(ticket, config, settings) is not None:
        return "test"
    if ticket.merged_into is not None:
        return "merged"
    if not customer_wrote:
        return "no_customer_message"
    return "history_incomplete" if lacking else None


def test_reason(ticket: Ticket, config: AccountConfig, settings: CheckSettings) -> str | None:
    """Why the ticket is a test or from inside the company, in words; None for a customer's ticket."""
    person = ticket.requester
    if ticket.is_test:
        return "the helpdesk marks it as a test"
    if person is not None:
        if person.is_staff:
            return "the requester is a member of staff"
        if person.id in config.test_requesters:
            return "the requester is configured as a test account"
        if config.internal_domains and person.email and _domain(person.email) in config.internal_domains:
            return "the requester's mail domain is the company's own"
    if config.test_tags:
        hit = next((tag for tag in ticket.tags if tag.lower() in config.test_tags), None)
        if hit is not None:
            return f"the tag {hit!r} marks tests"
    if ticket.brand_id is not None and ticket.brand_id in settings.sandbox_brands:
        return "its brand is a sandbox"
    return None


def _domain(email: str) -> str:
    return email.rpartition("@")[2].strip().lower()
