"""Posts of years ago, and ways to them that a site closes."""

from datetime import UTC, datetime, timedelta

from sandbox.site import Post, SampleSite

OLD = datetime(2015, 1, 1, tzinfo=UTC)
BODY = "<p><strong>How are you, number {0}?</strong></p><p>Very well, thank you, says {0}.</p>"

REST, PAGED = "/wp-json", "paged="

CLOSED = {
    "rest": (),
    "paged": (REST,),
    "listing": (REST, "/feed/"),
}
"""What a site has closed for which this strategy is the best."""


def old_posts(
    site: SampleSite, number: int, categories: tuple[str] = ("Interviews",), name: str = "Veteran"
) -> list[Post]:
    """Publish posts of years ago."""
    return [
        site.publish_new(
            title=f"Interview with {name} {count}",
            body=BODY.format(f"{name}{count}"),
            categories=categories,
            date=OLD + timedelta(days=count),
        )
        for count in range(number)
    ]


def close(site: SampleSite, *parts: str) -> None:
    """Have the site know nothing at addresses with these parts."""
    for part in parts:
        site.fail(404, match=part)
