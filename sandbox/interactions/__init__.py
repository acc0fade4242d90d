"""Interactions: what people do with the application, and the bot's answers.

https://docs.discord.com/developers/interactions/receiving-and-responding
"""
