"""The CDN: attachments as uploaded, and generated avatars, icons and emoji."""

from __future__ import annotations

import hashlib
from html import escape

from aiohttp import web

from sandbox.world import World

_SHOWN = ("image/", "video/", "audio/", "text/plain")


def cdn_routes(world: World) -> list[web.RouteDef]:
    """Routes under ``/cdn``; ids that are not known get an image, too."""

    async def attachment(request: web.Request) -> web.Response:
        digits = request.match_info["attachment_id"]
        found = world.files.get(int(digits)) if digits.isdecimal() else None
        if found is None:
            raise web.HTTPNotFound
        _name, kind, content = found
        # Uploaded files must not run as scripts in the page's origin.
        safe = kind.startswith(_SHOWN) and "svg" not in kind
        headers = {
            "Content-Type": kind if safe else "application/octet-stream",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        }
        if not safe:
            headers["Content-Disposition"] = "attachment"
        return web.Response(body=content, headers=headers)

    async def picture(request: web.Request) -> web.Response:
        digits = request.match_info["id"]
        number = int(digits) if digits.isdecimal() and len(digits) < 21 else 0
        return web.Response(
            text=_draw(number, _initial(world, number)),
            content_type="image/svg+xml",
            headers={
                "Content-Security-Policy": "default-src 'none'",
                "Cache-Control": "max-age=60",
            },
        )

    return [
        web.get("/cdn/attachments/{channel_id}/{attachment_id}/{name}", attachment),
        web.get("/cdn/{kind:avatars|icons|app-icons}/{id}/{file}", picture),
        web.get("/cdn/emojis/{id:[0-9]+}.{extension}", picture),
    ]


def _initial(world: World, number: int) -> str:
    thing = world.users.get(number) or world.guilds.get(number) or world.webhooks.get(number)
    return thing.name[:1].upper() if thing else "?"


def _draw(number: int, letter: str) -> str:
    """A square with a letter, in a colour computed from the id."""
    hue = hashlib.blake2b(str(number).encode(), digest_size=2).digest()
    degrees = int.from_bytes(hue, "big") % 360
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 128 128" width="128" height="128">'
        f'<rect width="128" height="128" fill="hsl({degrees} 45% 40%)"/>'
        '<text x="64" y="86" font-family="sans-serif" font-size="64" text-anchor="middle" '
        f'fill="#fff">{escape(letter)}</text></svg>'
    )
