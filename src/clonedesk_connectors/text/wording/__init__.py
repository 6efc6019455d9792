"""Tables of phrases by purpose and language, for `intent`; `table` says how they are written and searched."""
