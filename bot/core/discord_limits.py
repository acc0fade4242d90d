"""Limits that Discord documents for every bot."""

GLOBAL_LIMIT = 50
"""Requests a second for each bot (Discord docs, Rate limits, Global rate limit)."""

IDENTIFY_INTERVAL = 5.0
"""Seconds in which one shard of a bucket may identify (Discord docs, Gateway, Rate Limiting)."""

SESSION_STARTS = 1_000
"""IDENTIFYs that Discord allows in a day, until it says another number (Discord docs, Gateway,
Session Start Limit Object)."""
