"""The tables of the archive. Times are unix seconds (UTC), versions the vendor's own growing numbers."""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    event,
    false,
)

metadata = MetaData()


def partial_index(name: str, table: Table, columns: str, *, sqlite: str, postgresql: str, unique: bool = False) -> None:
    """An index over the rows that meet a condition, made with its table. As text, because an `Index` with conditions
    imports the dialects it knows, which takes a tenth of a second.
    """
    for dialect, condition in (("sqlite", sqlite), ("postgresql", postgresql)):
        create = f"CREATE {'UNIQUE ' if unique else ''}INDEX {name} ON {table.name} ({columns}) WHERE {condition}"
        statement = DDL(create).execute_if(dialect=dialect)  # type: ignore[no-untyped-call]
        event.listen(table, "after_create", statement)


meta = Table("meta", metadata, Column("key", String, primary_key=True), Column("value", Text, nullable=False))

account = Table(
    "account",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("vendor", String, nullable=False),
    Column("name", String, nullable=False),
    Column("shape", String),  # fingerprint of what tickets were last normalised with
    Index("account_name", "vendor", "name", unique=True),
)

# A raw record is a slice of a compressed block. Records of one page that belong to one ticket lie together, so reading
# a ticket back touches few blocks; blocks compress about five times better than single records.
record = Table(
    "record",
    metadata,
    Column("account_id", Integer, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("native_id", String, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("digest", BigInteger, nullable=False),
    Column("bundle", String),
    Column("block_id", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    Index("record_bundle", "account_id", "bundle"),
    sqlite_with_rowid=False,
)

block = Table(
    "block",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("live", Integer, nullable=False),  # records still in use; an emptied block is deleted
    Column("data", LargeBinary, nullable=False),
)

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("account_id", Integer, primary_key=True),
    Column("stream", String, primary_key=True),
    Column("cursor", Text),
    Column("done", Boolean, nullable=False),
    Column("page_size", Integer),
)

follow_up = Table(
    "follow_up",
    metadata,
    Column("account_id", Integer, primary_key=True),
    Column("stream", String, primary_key=True),
    Column("subject", String, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("state", String, nullable=False),  # pending, done, gone, dead
    Column("status", Integer),
    Column("cursor", Text),
    Index("follow_up_waiting", "account_id", "state", "stream"),
    sqlite_with_rowid=False,
)

dead_letter = Table(
    "dead_letter",
    metadata,
    Column("account_id", Integer, primary_key=True),
    Column("stream", String, primary_key=True),
    Column("subject", String, primary_key=True),  # "" for a list page
    Column("request", Text, nullable=False),
    Column("reason", String, nullable=False),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("account_id", Integer, primary_key=True),
    Column("native_id", String, primary_key=True),
    Column("reason", String, nullable=False),
)

# What people said of the label checker's findings; the last word on a finding counts.
finding_review = Table(
    "finding_review",
    metadata,
    Column("account_id", Integer, primary_key=True),
    Column("native_id", String, primary_key=True),
    Column("rule", String, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("confirmed", Boolean, nullable=False),
    Column("truth", String),
    Column("reviewer", String, nullable=False),
    Column("at", BigInteger, nullable=False),
)

ticket = Table(
    "ticket",
    metadata,
    Column("account_id", Integer, primary_key=True),
    Column("native_id", String, primary_key=True),
    Column("dirty", Boolean, nullable=False),
    Column("version", BigInteger),
    Column("created_at", BigInteger),
    Column("updated_at", BigInteger),
    Column("status", String),
    Column("deleted", Boolean, nullable=False, server_default=false()),
    Column("complete", Boolean, nullable=False, server_default=false()),
    Column("messages", Integer, nullable=False, server_default="0"),
    Column("events", Integer, nullable=False, server_default="0"),
    Column("body", LargeBinary),  # the normalised Ticket, compressed JSON; NULL until it was normalised
)
partial_index("ticket_dirty", ticket, "account_id, native_id", sqlite="dirty = 1", postgresql="dirty")
