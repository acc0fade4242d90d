"""All endpoints but those of interactions."""

from sandbox.rest import channels, commands, guilds, messages, threads, webhooks
from sandbox.rest.pipeline import Route

TABLE: tuple[Route, ...] = (
    *guilds.ROUTES,
    *channels.ROUTES,
    *messages.ROUTES,
    *threads.ROUTES,
    *commands.ROUTES,
    *webhooks.ROUTES,
)
