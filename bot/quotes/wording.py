"""Patterns of English and Korean words that make a sentence a good or a bad quote."""

import re
from typing import Final


def _words(lines: str) -> str:
    """A pattern of whole words, from lines of alternatives."""
    return rf"\b(?:{_lines(lines)})\b"


def _lines(lines: str) -> str:
    return "|".join(line.strip() for line in lines.strip().splitlines())


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


UNFIT: Final = _any(
    r"[?？]",
    r"(?:\.\.|…)[\"'”’)\]]*$",
    r"https?:|www\.|\w\.(?:com|net|org|kr|co|io|tv|me)\b|[@#]\w|[•■▶►→]",
    r"[\[\]{}|\\]|\((?:laugh|smil|chuckl|grin|웃)",
    r"[ㄱ-ㅎㅏ-ㅣ]{2}|\b(?:ha){2,}\b|\blol\b|[:;]-?\)|\^\^",
    r"^\W*(?:\d+[.)]|[-–—*])\s",
    r"^[^\s:]{1,20}(?: [^\s:]{1,20})?:\s",
    _words(
        """
        thanks?|thank you|interview(?:s|ed|er)?|hello|hi everyone|nice to meet|greetings
        stay tuned|subscribe
        look forward to|looking forward|follow (?:me|us)|check out|please|see you|coming soon
        your (?:support|interest|readers)|kcrush|k-crush|this (?:interview|magazine|question)
        (?:my|our) fans|as (?:i|we) (?:said|mentioned)|mentioned (?:above|before|earlier)
        """
    ),
    _lines(
        """
        감사합니다|감사드|감사해요|고맙습니다|안녕하세요|반갑습니다|부탁드|구독|응원해
        많은 관심|많은 사랑|지켜봐|기대해\\s?주|말씀드린|앞서 말|인터뷰
        """
    ),
)
"""What no sentence of a quote may contain: questions, addresses, stage directions, courtesies, or
an ellipsis at its end, which may mean that it was cut."""

LEANING: Final = re.compile(
    r"[“\"‘'「『]?(?:(?:"
    + _lines(
        """
        yes|yeah|yep|no|nope|not really|sure|right|exactly|absolutely|definitely|certainly|true
        of course|well|oh|ah|um|uh|hmm|wow|okay|ok|haha|same|likewise|me too
        it|it['’]s|its|that|that['’]s|this|these|those|they|they['’](?:re|ve|d)|their|theirs|them
        he|he['’]s|she|she['’]s|his|him|her|here|there|such|which|who|whose
        so|and|but|or|nor|because|also|then|too|yet|still|though|although|however|therefore|thus
        hence|besides|moreover|furthermore|instead|otherwise|meanwhile|anyway|plus|even so|that said
        afterwards?|(?:after|since|until|by|at|like|from|with|despite|because of) (?:that|this|then)
        at the time|at first|back then|in (?:that|this|addition|other words|contrast)
        for (?:that|this|example|instance)|on the other hand|as a result|as well|as for|speaking of
        both|neither|either|another|others?|one of (?:them|those|these)
        the (?:others?|same|former|latter|first|second|third|next|last|rest|reason|answer|result)
        first(?:ly)?|second(?:ly)?|third(?:ly)?|finally|lastly|next|again|similarly
        especially|particularly|mainly|mostly|probably|maybe|perhaps|usually
        you (?:laugh|asked?|said|say|mentioned|see|know|mean|caught)|did you|what you
        to (?:be|do) (?:that|this|so|it)|doing (?:that|this|so|it)|let me
        """
    )
    + r")(?![\w])|(?:I|we) (?:do|did|am|was|were|are|will|would|have|had|can"
    r"|could|think|thought|guess|agree)(?:n['’]t)?(?: (?:so|too|both|not))?[.,]|(?:"
    + _lines(
        """
        네|예|아니요|아니오|아뇨|음|아|어|오|와|글쎄|글쎄요|맞아요?|맞습니다|물론|물론이죠|당연히|당연하죠
        그[가-힣]{0,3}|이(?:건|게|것[가-힣]?|는|런|렇[가-힣]*|번[가-힣]*)|저(?:건|게|것[가-힣]?|런|렇[가-힣]*)
        하지만|또|또한|근데|여기[가-힣]*|거기[가-힣]*|왜냐하면|왜냐면|따라서|즉|먼저|우선|첫째|둘째|셋째
        첫\\s?번째[가-힣]*|두\\s?번째[가-힣]*|마지막[가-힣]*|반면[가-힣]*|다음[가-힣]*|결국|역시|아마|아무래도
        둘\\s?다|특히|사실은|다만|예를|뿐만|게다가|때문에
        """
    )
    + r")(?=[\s,.]|$))",
    re.IGNORECASE,
)
"""The beginning of a sentence that needs the one before it. For ``match``."""

LEANING_QUESTION: Final = re.compile(
    r"(?:(?:so|and|but|or|then|also|what about|how about|how so|why not|what else|which ones?)\b"
    r"|.*\b(?:that|then|this|those|these|there|it|one|ones|else|more|too|both|other|others)\s*[?？]"
    r"|.*\bafter (?:that|this)\b"
    r"|(?:그[가-힣]{0,3}|이(?:건|게|것[가-힣]?|는|런)|저(?:건|게|것[가-힣]?|런)|하지만|또|그리고)(?=[\s,.?]))",
    re.IGNORECASE,
)
"""A question that needs what was said before it. For ``match``."""

ASKING: Final = _any(
    _lines(
        """
        what|why|who|whom|whose|when|where|which|how|did|do|does|is|are|was|were|am|be|been|being
        can|could|would|will|shall|should|may|might|must|have|has|had|you|your|yours|i|we|us|our|me
        my|he|she|they|them|him|her|his|their|it|its|a|an|the|to|of|in|on|at|for|with|from|and|or
        so|then|that|this|really|exactly|happen|happens|happened|mean|means|meant|feel|felt|think
        say|said|tell|go|went|come|came|next|yes|no|not|please|more|about|know|like|much|many|long
        often|ever|still|again|now|please
        무엇[가-힣]*|무슨|뭐[가-힣]*|뭘|어떤|어떻게|어땠[가-힣]*|어떠[가-힣]*|어떨[가-힣]*|왜[가-힣]*|언제[가-힣]*
        어디[가-힣]*|누구[가-힣]*|누가|일이|일은|있[가-힣]*|하[가-힣]*|했[가-힣]*|되[가-힣]*|됐[가-힣]*|생각[가-힣]*
        느낌[가-힣]*|느꼈[가-힣]*|기분[가-힣]*|말씀[가-힣]*|이유[가-힣]*|그때[가-힣]*|당시[가-힣]*|정말[가-힣]*
        """
    )
)
"""Words that any question may have. For ``fullmatch`` of one word in lower case."""

FIRST_PERSON: Final = re.compile(
    r"\b(?:I|I['’](?:m|ve|d|ll)|[Mm]e|[Mm]y|[Mm]ine|[Mm]yself)\b"
    r"|\b(?:[Ww]e|[Ww]e['’](?:re|ve|d|ll)|us|[Oo]ur|[Oo]urs|[Oo]urselves)\b"
    r"|(?:^|\s)(?:(?:저|나|우리|저희)(?:는|를|에게|한테|의|도|만|와|랑|로)?|난|전|제가?|내가?)(?=\s)"
)

FEELING: Final = _any(
    _words(
        """
        lov(?:e|ed|ing)|hearts?|dream(?:s|ed|ing|t)?|tears?|cr(?:y|ied|ying)|hop(?:e|ed|es|ing)
        afraid|fear(?:s|ed|less)?|scared|brave|courage|lonel(?:y|iness)|alone|happ(?:y|iness|ier)
        sad(?:ness)?|pain(?:ful)?|hurts?|heal(?:s|ed|ing)?|joy|comfort(?:s|ed)?|miss(?:ed|ing)?
        grateful|proud|pride|sorry|regret(?:s|ted)?|believ(?:e|ed|es)|trust(?:ed)?|forg(?:e|o)t
        remember(?:ed|s)?|memor(?:y|ies)|forgiv(?:e|en|eness)|free(?:dom)?|alive|liv(?:e|ed|ing)
        life|death|die|died|born|soul|spirit|silence|quiet(?:ly)?|voice|truth|honest(?:y|ly)?
        struggl(?:e|ed|es|ing)|fail(?:ed|ure|ures)?|fell|fall(?:ing)?|los(?:e|t|ing)|broken?
        mother|father|grandmother|grandfather|mom|dad|parents|home|child(?:hood)?|young
        chang(?:e|ed|es)|learn(?:ed|t)?|taught|realiz(?:e|ed)|promised?|wish(?:ed)?|feels?|felt
        shy|embarrassed|nervous|angry|anger|shame|ashamed|warm(?:th)?|beautiful|gentle|kind
        world|night|dark(?:ness)?|light|sky|sea|rain|winter|spring
        """
    ),
    _lines(
        """
        사랑|행복|마음|꿈|눈물|울었|울고|외로|두려|두렵|무서|무섭|기쁘|기뻤|기쁨|슬프|슬펐|슬픔|그리워|그리움
        희망|설레|설렘|후회|고통|아프|아팠|상처|위로|용기|자유|감동|자랑|부끄|행운|소중|진심|진짜|믿|기억|추억
        엄마|어머니|아버지|아빠|할머니|할아버지|가족|어릴|어린|인생|삶|죽음|살아|목소리|침묵|어둠|하늘|바다
        변하|변했|배웠|깨달|약속|넘어|실패|포기|버티|버텼|견디
        """
    ),
)
"""Words for feelings, and for what people have strong feelings about."""

TURN_OF_PHRASE: Final = _any(
    r"\bnot [^.,]{2,50}?,? but\b",
    _words(
        """
        never|always|instead of|as if|like an?|rather than|the only|nobody|no one|everyone|someone
        until|even (?:when|if|though)|more than|means?|when(?:ever)? (?:I|we|you)
        """
    ),
    "처럼|같아요|같다|같은|아니라|언제나|항상|절대|오히려|비로소|때마다|만으로|밖에|보다|아무도|누군가",
)
"""Words of comparison and contrast, and for what is always or never so."""

FILLER: Final = _any(
    _words(
        """
        you know|kind of|sort of|and so on|etc|stuff|basically|actually|really|very|a lot|various
        many things|good|nice|things|currently|in terms of|regarding|concept|content
        """
    ),
    "등등|뭐랄까|어떤 면에서|여러 가지|다양한|좋은 것 같|콘텐츠|컨셉",
)

NEWS: Final = _any(
    _words(
        """
        album|single|EP|releas(?:e|ed|es|ing)|debut(?:ed)?|chart(?:s|ed)?|tour|tickets?|concert on
        episodes?|season|scheduled?|next (?:year|month|week)|this year|last (?:year|month)|company
        agency|members? (?:are|is)|was founded|graduat(?:ed|ion)|majored
        """
    ),
    "앨범|발매|데뷔|차트|티켓|회사|소속사|올해|내년|작년|다음 달|출시|졸업|전공",
)
"""Words of announcements, which were news when they were said."""
