"""One workspace of one vendor, and what its owner tells us about it."""

from __future__ import annotations

import re

from pydantic import BaseModel, ConfigDict, Field, field_validator

ACCOUNT_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)


class AccountConfig(BaseModel):
    """What vendors blur and only the owner knows. Ids are the vendor's, as strings; names and tags compare lower-case.

    bot_users: users whose messages are an AI's although the vendor lists them as people. human_users: the opposite.
    ai_groups / ai_tags: groups and tags that mean an AI has the ticket. internal_domains / test_requesters: mail
    domains and requester ids that are not customers; test_tags: tags of tickets that are tests. tier_field /
    type_field: custom fields that hold the customer's tier and the ticket type. label_tags / label_fields: where
    escalation labels are written (value -> label).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    bot_users: frozenset[str] = frozenset()
    human_users: frozenset[str] = frozenset()
    ai_groups: frozenset[str] = frozenset()
    ai_tags: frozenset[str] = frozenset()
    test_tags: frozenset[str] = frozenset()
    internal_domains: frozenset[str] = frozenset()
    test_requesters: frozenset[str] = frozenset()
    tier_field: str | None = None
    type_field: str | None = None
    label_tags: dict[str, str] = Field(default_factory=dict)
    label_fields: dict[str, dict[str, str]] = Field(default_factory=dict)

    @field_validator("ai_tags", "test_tags", "internal_domains", mode="after")
    @classmethod
    def _lower(cls, values: frozenset[str]) -> frozenset[str]:
        return frozenset(value.lower() for value in values)


class Account(BaseModel):
    """`name` is the workspace's stable id (Zendesk and Freshdesk: the subdomain). `base_url` replaces the vendor's
    own address and may only be https, or plain http on loopback; `region` where the vendor has regions.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    vendor: str
    name: str
    base_url: str | None = None
    region: str | None = None
    options: dict[str, str] = Field(default_factory=dict)
    config: AccountConfig = AccountConfig()

    @field_validator("name")
    @classmethod
    def _plain_name(cls, name: str) -> str:
        if not ACCOUNT_NAME.fullmatch(name):
            raise ValueError("an account name is letters a-z, digits and inner hyphens (at most 63), nothing else")
        return name
