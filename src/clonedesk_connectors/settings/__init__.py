"""Where things are kept, named accounts (profiles), and where every effective value comes from."""

from clonedesk_connectors.settings.effective import AccountSettings, Chosen, archive_url, resolve
from clonedesk_connectors.settings.places import config_dir, data_dir, default_store, find_config
from clonedesk_connectors.settings.profiles import Profile, Profiles, read_profiles

__all__ = [
    "AccountSettings",
    "Chosen",
    "Profile",
    "Profiles",
    "archive_url",
    "config_dir",
    "data_dir",
    "default_store",
    "find_config",
    "read_profiles",
    "resolve",
]
