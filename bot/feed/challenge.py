"""Pages that a site's protection sends instead of what was asked for, to see a browser run. Pure.

Their status may be 200, and they have a title and words like any article.
"""

HEAD_LIMIT = 64 * 1024
"""Bytes of a page that are looked at: these pages are short, and say what they are at once."""

_TITLES = frozenset(
    {
        "access denied",
        "attention required! | cloudflare",
        "checking your browser before accessing",
        "ddos-guard",
        "just a moment...",
        "just a moment…",
        "one moment, please...",
        "please wait... | cloudflare",
        "robot challenge screen",
        "security check",
        "sucuri website firewall - access denied",
    }
)

# Names that the scripts of Cloudflare, Imperva, SiteGround, Sucuri, AWS and Anubis have only in
# such a page. Cloudflare adds /cdn-cgi/challenge-platform/ to ordinary pages as well.
_MARKS = (
    b"_cf_chl_opt",
    b"cf-browser-verification",
    b"/_incapsula_resource?",
    b"/.well-known/sgcaptcha",
    b"sucuri_cloudproxy_js",
    b"window.gokuprops",
    b"/.within.website/x/cmd/anubis",
)


def is_challenge(body: bytes) -> bool:
    """Whether an HTML page is a challenge, by its title or by its scripts."""
    head = body[:HEAD_LIMIT].lower()
    if any(mark in head for mark in _MARKS):
        return True
    _, _, rest = head.partition(b"<title")
    title = rest.partition(b">")[2].partition(b"</title")[0]
    return " ".join(title.decode("utf-8", "replace").split()) in _TITLES
