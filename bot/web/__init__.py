"""The bot's own HTTP port: pings from the site, pushes from its hub, and what monitors ask.

Whatever arrives here is a hint from anybody and is believed in nothing but "look now".
"""
