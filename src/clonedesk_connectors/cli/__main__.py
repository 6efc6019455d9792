"""`python -m clonedesk_connectors.cli`, where the script is not on the path."""

from clonedesk_connectors.cli import main

main()
