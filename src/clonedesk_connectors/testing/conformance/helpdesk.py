"""What the kit needs of a helpdesk: something to pull from, and to change behind the connector's back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, Protocol
from unittest import SkipTest

from clonedesk_connectors.testing.inprocess import InProcessTransport
from clonedesk_connectors.testing.sandbox.calls import Call, Reply
from clonedesk_connectors.transport.base import Transport


class Helpdesk(ABC):
    """An invented account. It answers like the vendor, limits included, and must be the same each time it is made.

    form, secrets: one way to sign in that it accepts. clock: unix seconds, for its limits and the life of its tokens.
    Hooks that a vendor cannot have raise SkipTest with the reason; the checks that need them then say so.
    """

    form: str
    secrets: Mapping[str, str]
    clock: Callable[[], float] | None = None

    @abstractmethod
    def handle(self, call: Call) -> Reply:
        """Answer one request as the vendor would."""

    @abstractmethod
    def ticket_ids(self) -> set[str]:
        """The native ids of all tickets a pull must find: the vendor's own total."""

    @abstractmethod
    def say(self, ticket_id: str, text: str, *, public: bool) -> None:
        """An agent writes on a ticket at the helpdesk's present second: a reply, or a note that only staff sees."""

    def advance(self, seconds: int) -> None:  # noqa: B027 - optional: many helpdesks have no time of their own
        """Let the helpdesk's own time pass."""

    def close(self) -> None:  # noqa: B027 - optional
        """Let go of files and servers."""

    def message_counts(self) -> Mapping[str, int]:
        """How many messages a pull must find, notes included, by ticket. Empty where the helpdesk cannot tell."""
        return {}

    def change_quietly(self, ticket_id: str) -> None:
        """Change something of a ticket that does not move its `updated_at`, as system changes do."""
        raise SkipTest("this helpdesk has no changes without updated_at")

    def usage(self) -> Mapping[str, float]:
        """Of each limit the helpdesk enforces, the largest part ever used in one of its windows (1.0: all of it)."""
        raise SkipTest("this helpdesk does not count its limits")

    def transport(self) -> Transport:
        """How the engine reaches it. Replace this for a connector that does not speak HTTP."""
        return InProcessTransport(self.handle, clock=self.clock)


class WorldSandbox(Protocol):
    """The part that the bundled sandboxes have in common."""

    clock: Callable[[], float]
    world: Any
    limits: Any

    def handle(self, call: Call) -> Reply: ...
    def buckets(self, call: Call) -> tuple[str, ...]: ...
    def advance(self, seconds: int) -> None: ...
    def touch(self, number: int) -> None: ...
    def update(
        self, number: int, *, by: str = "customer", comment: str | None = None, public: bool = True, **fields: str
    ) -> None: ...


class SandboxHelpdesk(Helpdesk):
    """A bundled sandbox as the kit's helpdesk. ticket_id: the native id of a ticket by its number in the world."""

    def __init__(
        self, sandbox: WorldSandbox, form: str, secrets: Mapping[str, str], ticket_id: Callable[[int], str] = str
    ) -> None:
        self.sandbox, self.form, self.secrets, self.clock = sandbox, form, secrets, sandbox.clock
        self._numbers = {ticket_id(number): number for number in range(1, sandbox.world.tickets + 1)}
        self._peaks: dict[str, float] = {}

    def handle(self, call: Call) -> Reply:
        reply = self.sandbox.handle(call)
        for standing in filter(None, map(self.sandbox.limits.standing, self.sandbox.buckets(call))):
            used = 1 - standing.remaining / standing.total if reply.status != 429 else 2.0
            self._peaks[standing.name] = max(used, self._peaks.get(standing.name, 0.0))
        return reply

    def ticket_ids(self) -> set[str]:
        return set(self._numbers)

    def say(self, ticket_id: str, text: str, *, public: bool) -> None:
        self.sandbox.update(self._numbers[ticket_id], by="human", comment=text, public=public)

    def advance(self, seconds: int) -> None:
        self.sandbox.advance(seconds)

    def change_quietly(self, ticket_id: str) -> None:
        self.sandbox.touch(self._numbers[ticket_id])

    def usage(self) -> Mapping[str, float]:
        return self._peaks
