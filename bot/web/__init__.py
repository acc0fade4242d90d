"""The bot's own HTTP port: pings from the site, pushes from its hub, and a look at its health.

Whatever arrives here is a hint from anybody and is believed in nothing but "look now".
"""
