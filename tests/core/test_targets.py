"""What each kind of channel offers and needs."""

import pytest

from bot.core.model import TargetKind
from bot.core.targets import (
    FORUMS,
    OPTIONS,
    Target,
    TargetOption,
    needed_permissions,
    supported,
    unsupported_options,
)


@pytest.mark.parametrize(
    ("target", "needed"),
    [
        (Target(TargetKind.TEXT), "view_channel send_messages embed_links"),
        (
            Target(TargetKind.ANNOUNCEMENT, crosspost=True),
            "view_channel send_messages embed_links",
        ),
        (
            Target(TargetKind.TEXT, discussion=True),
            (
                "view_channel send_messages embed_links read_message_history "
                "create_public_threads send_messages_in_threads"
            ),
        ),
        (
            Target(TargetKind.THREAD, discussion=True),
            "view_channel send_messages_in_threads embed_links",
        ),
        (
            Target(TargetKind.FORUM, discussion=True),
            "view_channel send_messages embed_links read_message_history",
        ),
        (
            Target(TargetKind.MEDIA),
            "view_channel send_messages embed_links attach_files read_message_history",
        ),
    ],
)
def test_each_kind_needs_its_permissions(target: Target, needed: str) -> None:
    assert needed_permissions(target) == tuple(needed.split())


@pytest.mark.parametrize(
    ("kind", "crosspost", "discussion", "tag"),
    [
        (TargetKind.TEXT, False, True, None),
        (TargetKind.ANNOUNCEMENT, True, True, None),
        (TargetKind.THREAD, False, False, None),
        (TargetKind.FORUM, False, False, 7),
        (TargetKind.MEDIA, False, False, 7),
    ],
)
def test_what_a_kind_has_not_is_left_out(
    kind: TargetKind, *, crosspost: bool, discussion: bool, tag: int | None
) -> None:
    everything = Target(kind, crosspost=True, discussion=True, tag_id=7)
    assert supported(everything) == Target(kind, crosspost, discussion, tag)
    refused = {
        TargetOption.CROSSPOST: not crosspost,
        TargetOption.DISCUSSION: not discussion,
        TargetOption.TAG: tag is None,
    }
    assert set(unsupported_options(everything)) == {option for option, no in refused.items() if no}


@pytest.mark.parametrize("kind", list(TargetKind))
def test_no_options_are_supported_everywhere(kind: TargetKind) -> None:
    assert unsupported_options(Target(kind)) == ()


def test_the_kinds_of_each_option() -> None:
    def kinds_with(option: TargetOption) -> set[TargetKind]:
        return {kind for kind, options in OPTIONS.items() if option in options}

    assert kinds_with(TargetOption.CROSSPOST) == {TargetKind.ANNOUNCEMENT}
    assert kinds_with(TargetOption.DISCUSSION) == {TargetKind.TEXT, TargetKind.ANNOUNCEMENT}
    assert {TargetKind.FORUM, TargetKind.MEDIA} == FORUMS
