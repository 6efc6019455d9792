"""Getting data out of the archive."""
