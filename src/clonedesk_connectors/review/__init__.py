"""The review queue: AI drafts go to people, and what people did with them comes back as decisions."""
