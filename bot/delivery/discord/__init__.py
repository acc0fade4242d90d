"""The announcer's hands in Discord: what is sent, published, looked up and told, and how."""
