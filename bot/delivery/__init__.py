"""From the outbox to Discord: what is due is leased, sent, and the outcome written down."""
