"""The services behind the fans' commands; they know nothing of Discord."""
