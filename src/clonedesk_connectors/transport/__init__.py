"""Everything between a request and its response: the only package that imports an HTTP library."""

from clonedesk_connectors.transport.base import Failure, Transport, TransportFailed
from clonedesk_connectors.transport.session import Answer, Fetched, ResponseMeta, Session

__all__ = ["Answer", "Failure", "Fetched", "ResponseMeta", "Session", "Transport", "TransportFailed"]
