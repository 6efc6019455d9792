"""A small invented company and everything that ever happened on its helpdesk, with the truth about each ticket.

The world belongs to no vendor: sandbox helpdesks show it in their own words. `story(i)` is made on demand from the
seed and the index, so a world of 200,000 tickets costs no more memory than one of ten.
"""

from clonedesk_connectors.testing.world.model import Label, Step, Story, Truth
from clonedesk_connectors.testing.world.texts import Text
from clonedesk_connectors.testing.world.world import World

__all__ = ["Label", "Step", "Story", "Text", "Truth", "World"]
