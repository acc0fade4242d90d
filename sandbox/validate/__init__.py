"""Validation of what clients send, by Discord's rules; every refusal is an `ApiError`."""
