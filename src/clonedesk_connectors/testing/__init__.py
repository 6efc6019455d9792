"""Public tools for testing connectors: an invented world, sandbox helpdesks and their truth."""
