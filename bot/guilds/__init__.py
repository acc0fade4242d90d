"""What happens as guilds change: channels mended, deleted or followed, guilds left and joined."""
