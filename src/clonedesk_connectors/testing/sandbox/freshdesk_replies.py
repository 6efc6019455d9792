"""Freshdesk's error shapes: validation errors with fields, a code with a message, and nothing at all."""

from clonedesk_connectors.testing.sandbox.calls import Reply

PAGE_WALL = "You cannot access tickets beyond the 300th page. Please provide a smaller page number."


def invalid(field: str, code: str, message: str) -> Reply:
    """400 for a parameter or a member of the body."""
    error = {"field": field, "message": message, "code": code}
    return Reply({"description": "Validation failed", "errors": [error]}, 400)


def unauthorized() -> Reply:
    body = {"code": "invalid_credentials", "message": "You have to be logged in to perform this action."}
    return Reply(body, 401)


def forbidden() -> Reply:
    return Reply({"code": "access_denied", "message": "You are not authorized to perform this action."}, 403)


def not_found() -> Reply:
    """404 with an empty body."""
    return Reply(b"", 404)


def method_not_allowed() -> Reply:
    return Reply({"message": "PUT method is not allowed. It should be one of these method(s): GET"}, 405)
