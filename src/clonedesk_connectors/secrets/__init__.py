"""Where credentials come from. Places are asked one after the other; the first that has a complete form wins.

argument in code, environment, file, keyring, prompt on a terminal, else an error that names all five.
"""

from clonedesk_connectors.secrets.keyring_ import Keyring
from clonedesk_connectors.secrets.places import Environment, Files, Given, NamedFiles
from clonedesk_connectors.secrets.prompt import Prompt
from clonedesk_connectors.secrets.search import Reference, find_credentials, insecure_allowed, standard_sources
from clonedesk_connectors.secrets.values import Credentials, Secret, Slot, Source

__all__ = [
    "Credentials",
    "Environment",
    "Files",
    "Given",
    "Keyring",
    "NamedFiles",
    "Prompt",
    "Reference",
    "Secret",
    "Slot",
    "Source",
    "find_credentials",
    "insecure_allowed",
    "standard_sources",
]
