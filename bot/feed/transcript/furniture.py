"""What stands in an article's body and is no word of it: share buttons, counters, related posts.

Furniture is known by the class names that themes and plugins give it, or by its own words. A
subtree that holds a large part of all the text is never furniture, whatever its class says.
"""

import re
from collections.abc import Mapping

from selectolax.lexbor import LexborNode

Attributes = Mapping[str, str | None]

# A share of the article's characters above which nothing is furniture by its class alone.
GREATEST_SHARE = 0.35

# Class names and ids, each as a whole or up to the next "-" or "_".
_CLASS = re.compile(
    r"(?ix)(?:^|\s)(?:"
    r"sharedaddy|sd-(?:sharing|block|social|content)|jp-(?:relatedposts|post-flair)"
    r"|robots-nocontent"
    r"|addtoany|a2a_kit|heateor|ssba|sharethis|st-sharing|shareaholic|et_(?:pb_)?social\w*"
    r"|mashsb|juiz_sps|swp_social"
    r"|(?:social|post|entry|article|td-post|simple|easy|blog)-?_?(?:share|sharing|shares|social)"
    r"|shar(?:e|ing)-?_?(?:buttons?|links?|icons?|bar|box|this|post|count)|social-?_?(?:icons"
    r"|links|buttons|media|likes|bar)"
    r"|wp-block-(?:social-links|latest-posts|latest-comments|post-navigation-link|post-terms"
    r"|post-comments\S*|comments\S*|query|search|tag-cloud|categories|archives|read-more"
    r"|jetpack-\S*|post-author\S*|post-date)"
    r"|wpcnt|post-?views|entry-views|views?-?count(?:er)?|visit-?counter|visitor-?count(?:er)?"
    r"|hit-?counter|page-?views?|wpp-views|pvc_stats|tptn_counter|post-views-count"
    r"|related-?_?(?:posts?|articles?|content|stories|news|entries|links|reading|wrap)|related"
    r"|yarpp|crp_related|rp4wp|wp_rp|recommended(?:-posts?|-articles?)?|you-may-also-like"
    r"|more-posts|outbrain|taboola"
    r"|read-?_?more|more-link|continue-reading|excerpt-more"
    r"|post-navigation|nav-links|navigation|pagination|page-links|nav-previous|nav-next"
    r"|breadcrumbs?|rank-math-breadcrumb"
    r"|author-?_?(?:box|bio|info|card)|about-author|post-author-box|saboxplugin|m-a-box|abh_box"
    r"|post-?tags|tags-links|cat-links|entry-(?:meta|footer|tags|header)|tagcloud|post-meta"
    r"|et_post_meta\S*"
    r"|comments?(?:-area|-respond|-list|-form|s)?|respond|disqus\S*|fb-comments"
    r"|newsletter|mc4wp|mailchimp|mc_embed\S*|subscribe|subscription|optin|sumo\S*|popup|cookie"
    r"|ez-toc\S*|toc_container|lwptoc|table-of-contents|wp-block-table-of-contents|rank-math-toc\S*"
    r"|kk-star-ratings|post-ratings|rating|wpulike|post-likes?|like-button|zilla-likes"
    r"|reaction-buttons"
    r"|adsbygoogle|advert(?:isement)?s?|ad-(?:container|slot|wrapper|unit|block|banner)"
    r"|code-block|google-auto-placed|sponsored|banner-ad"
    r"|elementor-(?:widget-)?(?:share|social|post-info|post-navigation|toc|author-box)[\w-]*"
    r"|printfriendly|print-link|pf-button|screen-reader-\S+|sr-only|visually-hidden"
    r"|visuallyhidden|assistive-text"
    r"|edit-link|post-edit-link|skip-link|sidebar|widget-area"
    r"|instagram-media|tiktok-embed|fb-post|fb-page|fb-like"
    r")(?:[-_]\w[\w-]*)?(?=\s|$)"
)
# Plugins' own names, which no author gives to a paragraph.
_SURE = re.compile(
    r"(?i)(?:^|\s)(?:sharedaddy|sd-sharing|jp-relatedposts|jp-post-flair|addtoany|a2a_kit"
    r"|heateor|ssba"
    r"|et_social|wpcnt|yarpp|crp_related|rp4wp|post-views|pvc_stats|wp-block-social-links|outbrain"
    r"|taboola|screen-reader-text|sr-only|visually-hidden|mc4wp|saboxplugin|kk-star-ratings"
    r"|related-?posts|share-?buttons|instagram-media)"
)
_HIDDEN_STYLE = re.compile(r"(?i)(?:display\s*:\s*none|visibility\s*:\s*hidden)")

_FURNITURE_LINE = re.compile(
    r"(?ix)^\W*(?:"
    r"(?:click\s(?:here\s)?to\s)?(?:read|view|see|show)\s(?:the\s)?(?:more|full\s(?:article"
    r"|story|post|interview))|continue\sreading(?:\s.{0,120})?"
    r"|(?:please\s)?(?:share|like)\s(?:this|on|it|with)(?:\s(?:this|post|article|story|page"
    r"|interview|on|with|your|friends|facebook|twitter|x|whatsapp|linkedin|pinterest|reddit"
    r"|telegram|email|via|:))*"
    r"|click\sto\s(?:share|email|print)\b.{0,120}"
    r"|(?:be\sthe\sfirst\sto\slike\sthis|like\sloading|loading|\d+\sbloggers?\slike\sthis)"
    r"|(?:.{0,60}\|)?\s*(?:post|page|total|article)?\s*(?:views?|visits?|hits|reads|shares?"
    r"|likes)\s*[:\-–]?\s*[\d][\d,.]*\s*[km]?"
    r"|(?:.{0,60}\|)?\s*[\d][\d,.]*\s*[km]?\s*(?:total\s)?(?:views?|visits?|hits|reads|shares?"
    r"|likes|comments?|min(?:ute)?s?\sread)(?:\stoday|\s\|.{0,60})?"
    r"|(?:no|\d+|leave\sa)\scomments?|leave\sa\s(?:comment|reply)|advertisements?"
    r"|sponsored(?:\scontent)?|skip\sto\scontent|table\sof\scontents"
    r"|(?:view\sthis\spost|a\spost\sshared\sby\b.{0,120})(?:\son\sinstagram)?"
    r"|previous\s(?:post|article)|next\s(?:post|article)|print\sfriendly|report\sthis\sad"
    r")\W*$"
)
_SHARE_WORDS = re.compile(
    r"(?ix)^\W*(?>(?:share(?:\son|\svia)?|tweet|pin(?:\sit|terest)?|e-?mail|print|facebook|twitter|x|linkedin"
    r"|reddit|tumblr|whatsapp"
    r"|telegram|line|kakao(?:talk)?|weibo|pocket|more|copy\slink|like|threads|bluesky|mastodon"
    r"|\d+)\s*[|/·•,]?\s*)++\W*$"
)
_RELATED_HEAD = re.compile(
    r"(?ix)^\W*(?:related(?:\s(?:posts?|articles?|stories|interviews?|reading|news|content))?"
    r"|you\s(?:may|might|will|’ll|'ll)\s(?:also\s)?(?:like|enjoy|love"
    r"|be\sinterested\sin)(?:\sthese|\sthis)?"
    r"|(?:more|other|latest|recent)\s(?:interviews|articles|posts|stories|news|from\s.{1,40})"
    r"|recommended(?:\sfor\syou|\sreading)?"
    r"|(?:also\s)?(?:read|see|check\sout)(?:\s(?:also|next|more))|don[’']t\smiss"
    r"|trending(?:\snow)?|popular\sposts)\W*$"
)
_ALSO_READ = re.compile(
    r"(?i)^\W*(?:(?:also|must)\s+read|read\s+(?:also|more|next)|see\s+also|related(?:\s+\w+)?|more)"
    r"\s*[:–—-]\s*(?:\S+\s+){0,3}\S*$|^\W*(?:also\s+read|read\s+also|see\s+also)\s*[:–—-]"
)


def is_furniture(node: LexborNode, attributes: Attributes, size: int) -> bool:
    """Whether the whole subtree goes. `size` is the length of all the body's text."""
    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
    if names == " " or not _CLASS.search(names):
        return False
    if _SURE.search(names):
        return True
    return len(node.text(deep=True)) <= max(40, size * GREATEST_SHARE)


def is_hidden(attributes: Attributes) -> bool:
    style = attributes.get("style")
    return "hidden" in attributes or bool(style and _HIDDEN_STYLE.search(style))


def is_furniture_line(text: str) -> bool:
    """A whole line of a widget: "Read More", "16,387 Visits", "Share this:"."""
    return len(text) < 250 and bool(_FURNITURE_LINE.match(text))


def is_share_line(text: str) -> bool:
    """Names of networks and nothing else; furniture only among its like."""
    return len(text) < 250 and bool(_SHARE_WORDS.match(text))


def is_related_head(text: str) -> bool:
    """The heading of a list of other articles."""
    return len(text) < 80 and bool(_RELATED_HEAD.match(text))


def is_also_read(text: str) -> bool:
    """ "Read also: ..." before a link to another article."""
    return bool(_ALSO_READ.match(text))
