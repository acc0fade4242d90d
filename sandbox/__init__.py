"""A local Discord: REST v10, gateway v10 and a page, over real sockets on loopback."""

from sandbox.outcome import Choice, InteractionFailed, Modal, Refused, Response
from sandbox.server import Sandbox

__all__ = [
    "Choice",
    "InteractionFailed",
    "Modal",
    "Refused",
    "Response",
    "Sandbox",
]
