"""The archive: raw vendor records as the truth, tickets as a cache that can be rebuilt from them."""

from clonedesk_connectors.store.archive import AccountArchive, Archive, Changes, Checkpoint, Pending

__all__ = ["AccountArchive", "Archive", "Changes", "Checkpoint", "Pending"]
