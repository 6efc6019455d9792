"""What a vendor implements. Pure values in, pure values out: no HTTP, clock, sleep, retry or store in a connector."""

from clonedesk_connectors.protocol.account import Account, AccountConfig
from clonedesk_connectors.protocol.connector import (
    PROTOCOL_VERSION,
    Bundle,
    Capabilities,
    Connector,
    CredentialForm,
    Directory,
    Identity,
    PeopleReader,
    Token,
)
from clonedesk_connectors.protocol.judging import judge_status, retry_after_s
from clonedesk_connectors.protocol.mapping import MappingTable
from clonedesk_connectors.protocol.payload import parse_as, parse_object, split_list, split_records
from clonedesk_connectors.protocol.values import (
    Bucket,
    Budget,
    FollowUp,
    Mode,
    Outcome,
    Page,
    RawRecord,
    Request,
    Response,
    Stream,
    Sweep,
    Verdict,
    from_json,
    to_json,
)

__all__ = [
    "PROTOCOL_VERSION",
    "Account",
    "AccountConfig",
    "Bucket",
    "Budget",
    "Bundle",
    "Capabilities",
    "Connector",
    "CredentialForm",
    "Directory",
    "FollowUp",
    "Identity",
    "MappingTable",
    "Mode",
    "Outcome",
    "Page",
    "PeopleReader",
    "RawRecord",
    "Request",
    "Response",
    "Stream",
    "Sweep",
    "Token",
    "Verdict",
    "from_json",
    "judge_status",
    "parse_as",
    "parse_object",
    "retry_after_s",
    "split_list",
    "split_records",
    "to_json",
]
