"""clonedesk-connectors."""
