"""Why an interview came to a channel or not, and what of the newest would have come."""

from bot.admins.subscriptions import SubscriptionService
from bot.core.errors import UserError
from bot.core.explanations import NEWEST, Explanation, FilterTrial
from bot.core.filters import YES, Decision, InterviewFacts, decide
from bot.core.model import Mode, StoredInterview
from bot.store import Store


class ExplanationService:
    """Its methods raise ``StoreError`` as the store does."""

    def __init__(self, subscriptions: SubscriptionService) -> None:
        self._subscriptions = subscriptions

    @property
    def _store(self) -> Store:
        return self._subscriptions.store

    async def explain(self, guild_id: int, stored: StoredInterview) -> list[Explanation]:
        """What was decided of an interview, for each subscription of a guild."""
        overviews = await self._store.subscriptions.overview(guild_id)
        rows = await self._store.filters.outcomes(guild_id, stored.id)
        (facts,) = await self._store.filters.facts([stored.interview])
        return [
            Explanation(
                one,
                decide_safely(one.filter, facts) if one.mode is Mode.POST else YES,
                rows.get(one.id),
                came_before=stored.first_seen_at < one.created_at,
            )
            for one in (overview.subscription for overview in overviews)
        ]

    async def try_filter(self, text: str) -> FilterTrial:
        """What of the newest interviews a filter lets through.

        Raises:
            UserError: see ``parse_filter``.
        """
        summaries = await self._store.interviews.latest(NEWEST)
        found = await self._store.interviews.get_many([one.id for one in summaries])
        by_id = {one.id: one for one in found}
        tried = [by_id[one.id] for one in summaries if one.id in by_id]
        facts = await self._store.filters.facts([one.interview for one in tried])
        let_through = [one for one, of_it in zip(tried, facts, strict=True) if decide(text, of_it)]
        return FilterTrial(tuple(let_through), tuple(tried))


def decide_safely(text: str, facts: InterviewFacts) -> Decision:
    """As ``decide``; a filter that can't be read lets everything through, as when rows are made."""
    try:
        return decide(text, facts)
    except UserError:
        return YES
