"""Zendesk's error envelopes: four shapes for the same thing, depending on the part of the product that answers."""

from typing import Any

from clonedesk_connectors.testing.sandbox.calls import Reply


def bad_request(code: str, title: str) -> Reply:
    """400 in the envelope of the exports and of cursor pagination."""
    return Reply({"errors": [{"code": code, "title": title, "detail": title, "status": "400"}]}, 400)


def unauthorized() -> Reply:
    return Reply({"error": "Couldn't authenticate you"}, 401)


def forbidden() -> Reply:
    return Reply({"error": {"title": "Forbidden", "message": "You do not have access to this page."}}, 403)


def read_only_ticket() -> Reply:
    return Reply({"error": {"title": "Forbidden", "message": "AI agent tickets are read-only."}}, 403)


def record_not_found() -> Reply:
    return Reply({"error": "RecordNotFound", "description": "Not found"}, 404)


def invalid_endpoint() -> Reply:
    return Reply({"error": {"title": "Not found", "message": "InvalidEndpoint"}}, 404)


def update_conflict() -> Reply:
    return Reply(
        {"error": "UpdateConflict", "description": "Safe Update prevented the update due to outdated ticket data."}, 409
    )


def invalid_record(field: str, text: str) -> Reply:
    """422; details map a field to its complaints."""
    details: dict[str, Any] = {field: [{"description": text}]}
    return Reply({"error": "RecordInvalid", "description": "Record validation errors", "details": details}, 422)
