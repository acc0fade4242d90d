"""Words that titles and tags are made of: what people are, and what is nobody's name."""

# Nouns that say what somebody is. A title's words up to the last of them are the role.
ROLE_NOUNS = frozenset(
    (  # noqa: SIM905 - words as one reads them
        "actor actress announcer anchor animator archer architect artist athlete author baker "
        "ballerina band barista bassist beatboxer beatmaker blogger boxer breakdancer "
        "broadcaster calligrapher cartoonist cellist ceo champion chef choreographer "
        "cinematographer climber coach comedian comedienne composer conductor cook cosplayer "
        "couple crew creator creators critic curler cyclist dancer dancers designer developer "
        "director diver dramatist drummer duo editor engineer entertainer entrepreneur expert "
        "fencer fighter filmmaker filmmakers flautist flutist founder gamer golfer group "
        "guitarist gymnast handballer host hurdler idol idols illustrator influencer instructor "
        "jockey journalist judoka juggler jumper lyricist magician manager maker medalist model "
        "mountaineer musician musicians newcomer novelist opera-singer organist orchestra owner "
        "painter percussionist performer photographer pianist player playwright podcaster poet "
        "presenter pro-gamer producer producers professor programmer publisher puppeteer "
        "quartet quintet racer rapper rappers reporter rookie rower runner sailor saxophonist "
        "scholar screenwriter sculptor shooter singer singers singer-songwriter "
        "singer-songwriters skater skateboarder skier snowboarder soloist songwriter songstress "
        "soprano sprinter star stars streamer student stylist surfer swimmer tattooist teacher "
        "team tenor translator trio trainer trainee trumpeter tiktoker veejay vj violinist "
        "vlogger vocalist voice weightlifter wrestler writer youtuber youtubers webtoonist "
        "personality actor-singer singer-actor singer-actress multi-instrumentalist "
        "instrumentalist maknae leader member members debutant comic comedians rockers rocker "
        "violist harpist diva crooner mc-dj emcee showrunner cinematographers directors actors "
        "actresses restaurateur sommelier bartender florist potter ceramicist jeweler weaver "
        "craftsman artisan monk astronaut scientist doctor dentist lawyer politician activist "
        "ambassador winner contestant finalist champion medallist goalkeeper striker midfielder "
        "pitcher batter catcher footballer cricketer marathoner taekwondoist karateka kickboxer "
        "bodybuilder powerlifter freediver paraglider caddie referee umpire cheerleader "
    ).split()
)

# Words of which no name is made: genres, formats, months.
GENERIC_WORDS = frozenset(
    (  # noqa: SIM905 - words as one reads them
        "interview interviews news exclusive kpop k-pop jpop j-pop music korea korean magazine "
        "feature features featured review video photo photos article articles entertainment "
        "rookie the a an our month week year artist artists of special ballad soul r&b rnb "
        "hip-hop hiphop k-hiphop rap indie rock pop trot webtoon webtoons sport sports fencing "
        "youtube film films movie movies drama dramas k-drama kdrama acting actor actress games "
        "game board creator creators art culture fashion beauty food travel boy girl group "
        "groups idol idols rising star stars debut album comeback concert tour event events "
        "contest giveaway uncategorized blog new rookies "
    ).split()
)

# What stands before a Korean name to say what somebody is.
KOREAN_ROLES = frozenset(
    (  # noqa: SIM905 - words as one reads them
        "가수 배우 래퍼 그룹 밴드 작가 선수 감독 모델 트로트 웹툰 싱어송라이터 보컬 아이돌 "
        "걸그룹 보이그룹 신인 뮤지컬 유튜버 크리에이터 프로듀서 작곡가 디제이 피아니스트 국악인 "
        "소리꾼 화가 사진작가 영화"
    ).split()
)
