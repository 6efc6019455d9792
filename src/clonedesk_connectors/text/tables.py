"""One way to write word tables: names in a string, split on white space."""


def words(names: str) -> frozenset[str]:
    """Return the white-space separated names as a set."""
    return frozenset(names.split())
