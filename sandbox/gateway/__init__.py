"""Gateway v10 over WebSocket, with faults on demand.

https://docs.discord.com/developers/events/gateway
"""

from sandbox.gateway.server import Gateway
from sandbox.gateway.sessions import GatewaySettings

__all__ = ["Gateway", "GatewaySettings"]
