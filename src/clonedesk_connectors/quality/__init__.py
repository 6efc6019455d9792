"""Label quality: facts, rules and the text model that say which escalation labels can be trusted."""
