"""Delivery's one implementation of ``DiscordPort``, over REST."""
