"""The local review page: one small server-rendered site on 127.0.0.1 for people who review drafts.

`make_app` gives the ASGI app. Texts of customers and of the model are hostile: they reach a template only as text or as
`Piece`s, and never a log, a title or an address.
"""

from __future__ import annotations

from clonedesk_connectors.review.web.app import make_app
from clonedesk_connectors.review.web.sessions import Doorkeeper, Role
from clonedesk_connectors.review.web.settings import PageSettings

__all__ = ["Doorkeeper", "PageSettings", "Role", "make_app"]
