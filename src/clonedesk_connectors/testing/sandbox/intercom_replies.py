"""Intercom's error bodies. Codes and shapes follow the vendor's reference; messages are our own."""

from clonedesk_connectors.testing.sandbox.calls import Reply


def error(status: int, code: str, message: str) -> Reply:
    """An `error.list` with one error."""
    body = {"type": "error.list", "request_id": "sandbox-request", "errors": [{"code": code, "message": message}]}
    return Reply(body, status)


def unauthorized() -> Reply:
    return error(401, "unauthorized", "Access Token Invalid")


def not_found(what: str = "Resource") -> Reply:
    return error(404, "not_found", f"{what} Not Found")


def invalid(message: str) -> Reply:
    return error(400, "parameter_invalid", message)


def version_invalid() -> Reply:
    return error(400, "intercom_version_invalid", "Requested resource is not available in current API version.")


def too_many() -> Reply:
    return error(429, "rate_limit_exceeded", "Exceeded rate limit")
