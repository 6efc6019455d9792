"""Prints the JSON Schema of an exported ticket: `python -m clonedesk_connectors.model.schema`."""

from __future__ import annotations

import json
import sys

from clonedesk_connectors.model.ticket import ticket_schema

if __name__ == "__main__":
    json.dump(ticket_schema(), sys.stdout, indent=2, sort_keys=True)
    sys.stdout.write("\n")
