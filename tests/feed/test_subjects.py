"""Whom an interview is with: a table of titles, and what tags and text add."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.model import Subject
from bot.core.topics import topic_of
from bot.feed.subjects import NAME_LIMIT, subjects_of
from tests.feed.cases import Case, fixture_cases


def told(title: str, **kwargs: object) -> list[tuple[str, str | None]]:
    return [(subject.name, subject.role) for subject in subjects_of(title, **kwargs)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("KCrush Interview with HMLT and KEI-LI", [("HMLT", None), ("KEI-LI", None)]),
        (
            "Kcrush Interview with Singer-songwriter Vicke Blanka",
            [("Vicke Blanka", "Singer-songwriter")],
        ),
        (
            "Interview with Josh Johnson, Lead Designer of KPOP: Becoming an Idol",
            [("Josh Johnson", "Lead Designer of KPOP: Becoming an Idol")],
        ),
        ("Kcrush Interview with Korean Singer Kassy", [("Kassy", "Korean Singer")]),
        ("Kcrush Interview with MCND", [("MCND", None)]),
        ("KCrush Interview with J-Pop Girl Group, Faky\u00a0", [("Faky", "J-Pop Girl Group")]),
        ("KCrush Interview with Singer Soulsweet", [("Soulsweet", "Singer")]),
        ("KCrush Interview with Webtoon Artist Oh Sung-dae", [("Oh Sung-dae", "Webtoon Artist")]),
        ("KCrush Interview with Trot Singer Do Hyuna", [("Do Hyuna", "Trot Singer")]),
        ("KCrush Interview with Fencer Kim Ye-hyun", [("Kim Ye-hyun", "Fencer")]),
        ("KCrush Interview with Choi Sisters", [("Choi Sisters", None)]),
        ("KCrush Interview with K-HipHop Artist V1NO", [("V1NO", "K-HipHop Artist")]),
        ("Interview Inline Speed Skater, Yoo Ga-ram", [("Yoo Ga-ram", "Inline Speed Skater")]),
        ("KCrush Interview With Rising Star – MAIL", [("MAIL", "Rising Star")]),
        ("Another KCrush Interview with Kassy", [("Kassy", None)]),
        (
            "Sundance 2024 Interview with Noh Sera, Director of “Where Did the Sea Go?”",
            [("Noh Sera", "Director of “Where Did the Sea Go?”")],
        ),
        (
            "Sundance 2024 Interview with Filmmaker Noh Sera on ‘Where Did the Sea Go?’",
            [("Noh Sera", "Filmmaker")],
        ),
        ("Interview with the Cast of “Paper Moon”", [("Paper Moon", "Cast")]),
        ("Q&A with ORBIT LINE", [("ORBIT LINE", None)]),
        ("Q&A with Moon & Tide – “Every Day Is a Rehearsal”", [("Moon & Tide", None)]),
        ("Kcruch Interveiw with Nobody", []),
        ("Kcruch Interview with Rookie Boy Group NOVA:LINE", [("NOVA:LINE", "Rookie Boy Group")]),
        ("KRUSH interview with pH-1", [("pH-1", None)]),
        ("Exclusive Interview with (G)I-DLE", [("(G)I-DLE", None)]),
        ("Interview with A.C.E", [("A.C.E", None)]),
        ("Interview with JA$ and O.V", [("JA$", None), ("O.V", None)]),
        ("[INTERVIEW] LUMEN", [("LUMEN", None)]),
        ("[Interview] Seo Mirae on “The Last Ferry”", [("Seo Mirae", None)]),
        ("Jang Tae-il (장태일): The KCrush Interview", [("Jang Tae-il", None)]),
        ("DJ Marble's Road to “Night Market Mix” | Interview", [("DJ Marble", None)]),
        ("KCrush Exclusive: Gu Ha-rin Talks “Cat Under the Stairs” ✨", [("Gu Ha-rin", None)]),
        ("Eric Nam Interview", [("Eric Nam", None)]),
        ("Jessi: KCrush Interview", [("Jessi", None)]),
        (
            "Interview with Director Bong Si-u and Actress Park Na",
            [("Bong Si-u", "Director"), ("Park Na", "Actress")],
        ),
        ("Q&A with Singer and Actor Kim Min-su", [("Kim Min-su", "Singer and Actor")]),
        (
            "Interview with Kim Min-su, Lee Ji-eun and Park Bo",
            [("Kim Min-su", None), ("Lee Ji-eun", None), ("Park Bo", None)],
        ),
        ("Interview with Peter Nam", [("Peter Nam", None)]),
        ("Interview with Nuri and the Birds", [("Nuri and the Birds", None)]),
        ("Meet the Rising Star: Yeon", [("Yeon", "Rising Star")]),
        ("Interview", []),
        ("KCrush Interview", []),
        ("KCrush Rookie of the Month Interview", []),
        ("MCND Showcase Report: A Night in New York", []),
        ("We Are Hiring Volunteer Writers", []),
        ("", []),
    ],
)
def test_titles(title: str, expected: list[tuple[str, str | None]]) -> None:
    assert told(title) == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Exclusive: Indie Duo 75A on Rain, Rooftops and “Night Bus”", [("75A", "Indie Duo")]),
        ("Interview: Kim Nari", [("Kim Nari", None)]),
        ("INTERVIEW WITH ROCK BAND THE SOLUTIONS", [("THE SOLUTIONS", "ROCK BAND")]),
        ("A Conversation with Novelist Han Ji-u", [("Han Ji-u", "Novelist")]),
        ("10 Questions with Beatboxer H-has", [("H-has", "Beatboxer")]),
        (
            "KCrush Magazine’s Interview with Rapper/Producer Zior Park",
            [("Zior Park", "Rapper/Producer")],
        ),
        ("Kcrsuh Interview with Hip-Hop Duo XXX", [("XXX", "Hip-Hop Duo")]),
        ("Interview with TRITOPS* (트리탑스)", [("TRITOPS*", None)]),
        ("Interview with Actor Lee Do-ha of “Snow Line”", [("Lee Do-ha", "Actor")]),
        ("Up Close with Figure Skater Yu Rin", [("Yu Rin", "Figure Skater")]),
        ("Getting to Know: N.SSign", [("N.SSign", None)]),
        ("Cho Yi-hyun on Becoming a Villain: KCrush Interview", [("Cho Yi-hyun", None)]),
        (
            "Sundance 2023: Interview with “Past Harbor” Director Celine Soo",
            [("Celine Soo", "“Past Harbor” Director")],
        ),
        ("Interview with Lim Kim (김예림)", [("Lim Kim", None)]),
        (
            "Singer Ha Hyunsang Talks About “Time and Trace” | KCrush Interview",
            [("Ha Hyunsang", "Singer")],
        ),
        (
            "KCrush Interview with the Youngest Pro-Gamer, Tak Jun",
            [("Tak Jun", "Youngest Pro-Gamer")],
        ),
        ("[Q&A] 5 Minutes with ONEWE", [("ONEWE", None)]),
        ("Interview with Webtoon Creators Hong & Jo", [("Hong & Jo", "Webtoon Creators")]),
        ("Meet K-Beauty Creator Risabae", [("Risabae", "K-Beauty Creator")]),
        ("Interview with Minari Star Youn Yuh-jung", [("Youn Yuh-jung", "Minari Star")]),
        ("“I Only Sing When It Rains”: An Interview with Bae Rowoon", [("Bae Rowoon", None)]),
        ("Bae Rowoon: “I Only Sing When It Rains” [Interview]", [("Bae Rowoon", None)]),
        ("배우 한지우 인터뷰", [("한지우", "배우")]),
        ("가수 도현아 인터뷰: “다시 노래합니다”", [("도현아", "가수")]),
        (
            "New York Fashion Week: Interview with Designer Lie Sang-bong",
            [("Lie Sang-bong", "Designer")],
        ),
        (
            "KCrush Interview with S.Korea’s Breaking Champion Vero",
            [("Vero", "S.Korea’s Breaking Champion")],
        ),
        ("K-Crush Interview w/ DPR IAN", [("DPR IAN", None)]),
        ("KCRUSH X MOON SUJIN: THE INTERVIEW", [("MOON SUJIN", None)]),
        ("Kcrush interviews Rapper Sik-K", [("Sik-K", "Rapper")]),
        ("Interview Featuring Dancer Aiki", [("Aiki", "Dancer")]),
        ("We Talked to Chef Corey Lee", [("Corey Lee", "Chef")]),
        ("Our Favorite Interviews of 2023", []),
        ("How to Prepare for an Interview", []),
        ("Interview Tips for Idol Auditions", []),
        ("Kcrsuh Interview", []),
        (
            "Another Interview with Singer-songwriter Vicke Blanka",
            [("Vicke Blanka", "Singer-songwriter")],
        ),
        ("Kcrush Q&A: Girl Group LIGHTSUM", [("LIGHTSUM", "Girl Group")]),
        ("Interview with ATEEZ’s Producer EDEN", [("EDEN", "ATEEZ’s Producer")]),
        (
            "Interview with Ailee, Jamie, and Lee Hi",
            [("Ailee", None), ("Jamie", None), ("Lee Hi", None)],
        ),
        (
            "KCrush Interview: “Squid Kitchen” Director Hwang Do",
            [("Hwang Do", "“Squid Kitchen” Director")],
        ),
    ],
)
def test_titles_of_other_magazines(title: str, expected: list[tuple[str, str | None]]) -> None:
    assert told(title) == expected


# The forms that music magazines give their titles, listing pages and other languages included; the
# last of them name nobody.
FORMS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Exclusive: PAPER KITES Talk Manila, Mangoes and Their Second Mini Album", ("PAPER KITES",)),
    ("A Chat with Indie Darling Oh Seol", ("Oh Seol",)),
    ("Nine Lives: “We recorded it in a lift between two floors”", ("Nine Lives",)),
    ("K-Pop Rookies of the Month: WAVELENGTH Count the Stairs to the Stage", ("WAVELENGTH",)),
    ("Mina Kang Is Done Being Polite", ("Mina Kang",)),
    ("NARI: “I wanted the silence to be mine”", ("NARI",)),
    ("[Interview] TRI:TONE, “Three Notes Are Enough”", ("TRI:TONE",)),
    ("In Conversation: Han Byeol", ("Han Byeol",)),
    ("Five Minutes With Stylist Noh Jia", ("Noh Jia",)),
    ("Interview: Salt Choir on Surf, Synths and Sunburn", ("Salt Choir",)),
    ("Rookie Band Lemon Static Answer 6 Questions", ("Lemon Static",)),
    ("Getting to Know NOVEMBER9: 4 Questions with the Rookie Boy Group", ("NOVEMBER9",)),
    ("SORA on Hope, Heartbreak and a Very Small Dog", ("SORA",)),
    ("KPF Interviews: Rapper and Producer VEIN", ("VEIN",)),
    ("Hello, Duo: Sun & Sleet Talk to Us About Weather", ("Sun & Sleet",)),
    ("5 Questions with Beatbox Champion Ha Rim", ("Ha Rim",)),
    ("Rookie girl group SATIN talk about dorm life in an interview with Pop Corner", ("SATIN",)),
    ("Interview with Glass Onions: The Nine-Year Band on Starting Over", ("Glass Onions",)),
    ("Blaulicht im Interview: „Wir proben in einer alten Schwimmhalle“", ("Blaulicht",)),
    ("[Interview] Rencontre avec le groupe coréen Cabine 4", ("Cabine 4",)),
    ("Wawancara: Ngobrol Bareng Band Indie Kolam Ikan", ("Kolam Ikan",)),
    ("EXCLUSIVO: vem ver a entrevista com o grupo MAR9!", ("MAR9",)),
    ("Wywiad z zespołem Trzecia Zmiana: „Gramy i robimy swoje”", ("Trzecia Zmiana",)),
    ("Even bellen met zangeres Roos Verhey", ("Roos Verhey",)),
    ("Interview with Director Ma Jiho", ("Ma Jiho",)),
    ("‘Rookie of the Month’ Interview: Soul Singer Cobalt", ("Cobalt",)),
    ("KCrush Meets Rapper Soso", ("Soso",)),
    ("Ploof – ‘Rookie of the month of April (2013)’ Interview", ("Ploof",)),
    ("[EXCLUSIVE] Singer LIA Opens Up About Her Hiatus", ("LIA",)),
    ("ROVER Reveals What Inspired His New EP “Night Bus”", ("ROVER",)),
    ("Get to Know: Rapper Ash Pak", ("Ash Pak",)),
    ("Q&A: NEONPUNCH3 on Dreams", ("NEONPUNCH3",)),
    ("EXCLUSIVE INTERVIEW: MOONRISE9 discuss new album ‘Tide’", ("MOONRISE9",)),
    ("Director Kwon Mira on “Paper Sea” and Growing Up by the Water", ("Kwon Mira",)),
    ("Interview with Actress Han Sae and Actor Jo Bin of “Low Sun”", ("Han Sae", "Jo Bin")),
    ("A Talk with HANEUL, Leader of Boy Group ATLASX", ("HANEUL",)),
    ("KCrush Exclusive Interview with DJ & Producer Mote", ("Mote",)),
    ("Catching Up With Soo-ah Lim", ("Soo-ah Lim",)),
    ("Introducing LUNE: The Rookies Who Rehearse on a Roof", ("LUNE",)),
    ("Why I Love K-Pop", ()),
    ("Top 10 Interviews of the Year", ()),
    ("The Best K-Dramas to Watch This Fall", ()),
    ("KCrush Awards 2024 Winners", ()),
    ("Seoul Fashion Week: Day Two", ()),
    ("Interview with the Cast of SUMMER RAIN", ("SUMMER RAIN",)),
    ('"I Never Sleep": An Interview with Producer GREY.Q', ("GREY.Q",)),
    ("Interview: Jo Han, Founder of Label Seven Hills", ("Jo Han",)),
    ("Interview: the band TIN ROOF on their first tour", ("TIN ROOF",)),
    ("Singer-songwriter Ode shares stories behind ‘Blue Stairs’", ("Ode",)),
    ("Interview avec KYO, le rappeur de Busan", ("KYO",)),
    ("Interview exclusive avec les VERT4", ("VERT4",)),
    ("Entretien avec Epo Haut au MIDEM", ("Epo Haut",)),
    ("Entrevista exclusiva: BELA fala sobre o novo álbum", ("BELA",)),
    ("Entrevista al grupo NOVE", ("NOVE",)),
    ("Intervista a Lia Moro", ("Lia Moro",)),
    ("Interview met rapper Bas Tijm", ("Bas Tijm",)),
    ("Im Gespräch mit Tom Ried", ("Tom Ried",)),
    ("가수 서하늘 인터뷰", ("서하늘",)),
    ("KCrush Interview with Rookie Girl Group PEARL:S", ("PEARL:S",)),
    ("Kcrush Interview with Dongli", ("Dongli",)),
    ("Another Kcrush Interview with Mira", ("Mira",)),
    ("KCRUSH Interview with Superb", ("Superb",)),
    ("Interview with the Choreographer of “Fire Walk”, Ryu Jae", ("Ryu Jae",)),
    ("Sundance 2025 KCrush Interview With “The Quiet Room” Director Ana Bold", ("Ana Bold",)),
    (
        "Sundance 2025 – Interview with Director Lee Bora and Actor Han Mok on “Sea Glass”",
        ("Lee Bora", "Han Mok"),
    ),
    ("BIFF 2024 Interview: Director Yang Rim of LOST PORT", ("Yang Rim",)),
    (
        "KCrush Interview with Director Jang Woo and Actress Seo Lin for “Lost Port”",
        ("Jang Woo", "Seo Lin"),
    ),
    ("[VIDEO] Interview with Actor Mun Sae, Star of THE LAST TRAM", ("Mun Sae",)),
    ("[INTERVIEW] LUMINA Dreams of a World Tour", ("LUMINA",)),
    ("[Interview] VIXEN9 returns with darker sound", ("VIXEN9",)),
    ("INTERVIEW | Haneul wants to break the mould", ("Haneul",)),
    ("Exclusive Interview: Boy Group TEMPO Talk Debut, Dorms and Dogs", ("TEMPO",)),
    ('EXCLUSIVE: Rapper Cheon on his new album "Tide"', ("Cheon",)),
    ("KCrush Meets Singer Bora", ("Bora",)),
    ("KCrush Talks with DJ Sable", ("DJ Sable",)),
    ("Talking with Indie Band Wet Socks", ("Wet Socks",)),
    ("We Interviewed Producer Slow Rabbit II", ("Slow Rabbit II",)),
    ("We Interviewed: Illustrator Moon Gi!", ("Moon Gi",)),
    ("Catching Up with ZEN", ("ZEN",)),
    ("10 Questions With Kwon Ara", ("Kwon Ara",)),
    ("A Conversation with Director Bae Sun about Grief and Comedy", ("Bae Sun",)),
    ("ROOKIE OF THE MONTH: BLUE HOUR", ("BLUE HOUR",)),
    ("NOVA6 3rd MINI ALBUM Showcase", ("NOVA6",)),
    ("HAZE 1st Single Album Showcase Q&A", ("HAZE",)),
    ("Soul Trio Velvet Rain Interview and Photos", ("Velvet Rain",)),
    ("Eun Interview: “I sing for my cat”", ("Eun",)),
    ("Interview – SAEBYEOK", ("SAEBYEOK",)),
    ("Interview / MOTHERTREE", ("MOTHERTREE",)),
    ("Seo Jin-ah Interview", ("Seo Jin-ah",)),
    ("Kim Sae-ron’s Exclusive Interview with KCrush", ("Kim Sae-ron",)),
    ("Interview with Webtoon Author Park Byeol, Creator of “Moon Deli”", ("Park Byeol",)),
    ("Interview with Yuna Cho, CEO of Label Blue Door", ("Yuna Cho",)),
    ("Interview with Jae Lim – Founder of Seoul Vinyl", ("Jae Lim",)),
    ("Former Trainee Opens Up: Interview with Min Haru", ("Min Haru",)),
    ("Behind the Mask: An Interview with Rapper Null", ("Null",)),
    ("From Busan to Berlin: DJ Aram on Finding Her Sound", ("DJ Aram",)),
    ("Waves and Walls: Sculptor Ok Jin on Concrete", ("Ok Jin",)),
    ("Love, Loss and Lattes: CAFÉ 9 Talk Their New EP", ("CAFÉ 9",)),
    ("Filmaker Gu Dae on “Paper Boats”", ("Gu Dae",)),
    ("Interview with Choreograper Ri Na", ("Ri Na",)),
    ("Interview with Singer-Songwritter Ode", ("Ode",)),
    ("Screenwriter Han Bit & Director Jo Eun on “Snow Bus”", ("Han Bit", "Jo Eun")),
    ("Interview with SEVENTH SKY’s Leader Woon", ("Woon",)),
    ("MERCURY’s Comeback Interview", ("MERCURY",)),
    ("The Rise of MERCURY: Interview", ("MERCURY",)),
    ("GLASSHOUSE celebrate five years with fans", ("GLASSHOUSE",)),
    ("GLASSHOUSE Is Ready to Break", ("GLASSHOUSE",)),
    ("How GLASSHOUSE Found Their Sound", ()),
    ("What is Trot? An Interview with Scholar Bu Chan", ("Bu Chan",)),
    ("K-Pop in Berlin: A Community Grows", ()),
    ("New Releases This Week", ()),
    ("Seoul Jazz Festival 2024: Photos and Review", ()),
    ("Berlin Fans Meet", ()),
    ("Giveaway: Win Tickets to GLASSHOUSE", ()),
    ("Interview with K-pop Fans in Poland", ()),
    ("Album Review: GLASSHOUSE – Tide", ()),
    ("GLASSHOUSE Announce World Tour Dates", ()),
    ("Entrevista a la cantante Luz Vidal", ("Luz Vidal",)),
    ("Entrevista com a cantora Bia Luz", ("Bia Luz",)),
    ("Interview mit LUNA9: „Wir schlafen nie“", ("LUNA9",)),
    ("LUNA9 im Interview über Heimweh", ("LUNA9",)),
    ("Entretien avec la chanteuse Lise Aubry", ("Lise Aubry",)),
    ("Rencontre avec NOON9", ("NOON9",)),
    ("Wawancara dengan penyanyi Rara Sari", ("Rara Sari",)),
    ("Wywiad z wokalistką Olą Kowal", ("Olą Kowal",)),
    ("Interview met de band Noordzee", ("Noordzee",)),
    ("[인터뷰] 가수 한별", ("한별",)),
    ("インタビュー：ソラ", ("ソラ",)),
    ("【インタビュー】月灯り、新作を語る", ("月灯り",)),
    ("KCrush Interview with Pianist Yiruna (이루나)", ("Yiruna",)),
    ("SABLE: The Hypebird Interview", ("SABLE",)),
    ("SABLE Talks To Us About Love, Music, and More!", ("SABLE",)),
    ("Getting To Know SABLE", ("SABLE",)),
    ("Spotlight: SABLE", ("SABLE",)),
    ("Artist Spotlight: Nari Moon", ("Nari Moon",)),
    ("Ask an Idol: Q&A with Former Trainee Do Yul", ("Do Yul",)),
    ("Get to know rookie band PENCIL before their debut", ("PENCIL",)),
    ("Interview with Twin Rappers Ha and Ho", ("Ha", "Ho")),
    ("Interview with Ha, Ho & Hi of TRIPLE H", ("Ha", "Ho", "Hi")),
    ("31Oct KCrush Interview with QUIETWILL 1", ("QUIETWILL",)),
    ("7Feb Northfest 2024 Interview with ‘Eleven Doors’ Filmmaker Dae Rim", ("Dae Rim",)),
    ("Park garam 2 Interview Ice Climber, Park Ga-ram", ("Park Ga-ram",)),
    ("Northfest 2024 KCrush Interview With ‘Louder, (Still)’ Filmaker Ada Moss", ("Ada Moss",)),
    ("Northfest Interview With ‘Mura: Salt Road’ Filmaker I Made Surya", ("I Made Surya",)),
    (
        "Northfest Interview with ‘The Waking Man’ Director Ida Poll & Writer Lea Brandt",
        ("Ida Poll", "Lea Brandt"),
    ),
    (
        "KCrush BIFF23 – Interview with Cho Mun Seo Programmer for Short Films, Busan Film Week",
        ("Cho Mun Seo",),
    ),
    (
        "KCrush BIFF 2023 – Interview for Director and Cast of THE NUN AND THE KITE",
        ("THE NUN AND THE KITE",),
    ),
    ("[AUDIO] Interview with Remi and Ona Yu for THE BAD AUNT", ("Remi", "Ona Yu")),
    ("TOWNUP7 4th MINI ALBUM Showcase Q&A", ("TOWNUP7",)),
    ("[INTERVIEW] NEW’EAST wants to Make Strangers Dance", ("NEW’EAST",)),
    (
        "[Interview] Former Paper Captains member Sunny Ro rises with a crowdfunded EP, “Well”",
        ("Sunny Ro",),
    ),
    ("MC Comb Interview and Live Video", ("MC Comb",)),
    (
        "Rookie boy group 3MC talks about dorms in an interview with Boy Group Corner",
        ("3MC",),
    ),
    ("We Interviewed: Game Dev Quietcap!", ("Quietcap",)),
    ("Tears and Tests: Mika Verano on Writing Loud Anthems", ("Mika Verano",)),
)


@pytest.mark.parametrize(("title", "names"), FORMS)
def test_forms_of_titles(title: str, names: tuple[str, ...]) -> None:
    found = subjects_of(title, tags=("Interviews",))
    assert tuple(subject.name for subject in found) == names


@pytest.mark.parametrize("tag", ["Berlin", "Community", "Review"])
def test_a_tag_that_is_no_person_and_not_in_the_text_is_no_subject(tag: str) -> None:
    assert subjects_of("A Night Out", tags=("Interviews", tag), text="We went out.") == ()


@pytest.mark.parametrize("case", [case for case in fixture_cases() if case.facts.get("subjects")])
def test_subjects_of_fixtures(case: Case) -> None:
    expected = [name.strip() for name in case.facts["subjects"][0].split("|")]
    found = subjects_of(case.title, tags=("Interviews",))
    assert [subject.name for subject in found] == expected


def test_a_name_beside_the_name_is_an_alias() -> None:
    (kassy,) = subjects_of(
        "Kcrush Interview with Korean Singer Kassy",
        tags=("Interviews", "김소연"),
        text="Kassy (Kim So-yeon) is a Korean singer since 2015 (2015). Hello, I’m Kassy (카시)!",
    )
    assert kassy == Subject("Kassy", "Korean Singer", ("Kim So-yeon", "카시", "김소연"))


def test_a_korean_role_before_the_name_is_no_part_of_it() -> None:
    (singer,) = subjects_of(
        "Interview with Do Hyuna", text="트로트 가수 도현아 (Do Hyuna)를 만났다."
    )
    assert singer.aliases == ("도현아",)


def test_what_stands_in_brackets_and_is_no_name_is_no_alias() -> None:
    (mcnd,) = subjects_of(
        "Interview with MCND", text="MCND (Music Creates New Dream) sang “Rewind” (2019)."
    )
    assert mcnd.aliases == ()


def test_another_spelling_among_the_tags_is_an_alias() -> None:
    (faky,) = subjects_of("Interview with Girl Group Faky", tags=("FAKY", "J-Pop"))
    assert faky.aliases == ("FAKY",)


def test_a_hangul_tag_is_nobody_s_alias_where_there_are_two() -> None:
    assert all(not s.aliases for s in subjects_of("Interview with Ara and Bomi", tags=("한글",)))


def test_tags_tell_whether_two_names_are_one_band() -> None:
    assert told("Interview with Ara and Bomi", tags=("Ara and Bomi",)) == [("Ara and Bomi", None)]
    assert told("Interview with Ara & Bomi", tags=("Ara", "Bomi")) == [
        ("Ara", None),
        ("Bomi", None),
    ]


def test_without_a_name_in_the_title_a_tag_that_the_text_begins_with_is_it() -> None:
    kinds = ("Interviews", "K-Pop", "Archer", "Cho Garam")
    text = "This month we meet Cho Garam, who shoots arrows."
    assert told("KCrush Rookie of the Month Interview", tags=kinds, text=text) == [
        ("Cho Garam", "Archer")
    ]
    assert told("Contest Winners Announced", tags=("News", "Contest"), text="Here they are.") == []


def test_the_role_may_stand_in_a_tag_or_in_the_text() -> None:
    assert told("Interview with Mok Hana", tags=("Cellist", "Mok Hana")) == [
        ("Mok Hana", "Cellist")
    ]
    text = "Gunpla (2001) is a South Korean rock band formed in a garage."
    assert told("Interview with Gunpla", text=text) == [("Gunpla", "South Korean rock band")]


@pytest.mark.parametrize(
    ("role", "kinds", "expected"),
    [
        ("Webtoon Artist", ("Interviews", "K-Pop"), "webtoon"),
        ("Fencer", (), "sport"),
        ("Lead Designer of the board game Ga & Na", (), "game"),
        ("Lead Designer of KPOP: Becoming an Idol", ("Interviews", "K-Pop"), "game"),
        ("Producer of Comic Con", (), "music"),
        ("Member of Boy Group MCND", (), "music"),
        ("Cast", ("Interviews", "K-Drama"), "acting"),
        ("배우", ("인터뷰",), "acting"),
        (None, ("Interviews", "YouTube"), "creator"),
        (None, ("Interviews", "Drama"), "acting"),
        ("Director of “Paper Moon”", (), "film"),
        ("Korean Singer", ("Film",), "music"),
        (None, ("Interviews",), "other"),
    ],
)
def test_kind(role: str | None, kinds: tuple[str, ...], expected: str) -> None:
    assert topic_of([Subject("X", role)], kinds) == expected


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(
        st.text(max_size=80),
        st.text(alphabet=st.sampled_from(list("ab &,:–|()[]“”'’ WI")), max_size=60),
    ),
    st.lists(st.text(max_size=12), max_size=4),
    st.text(max_size=80),
)
def test_any_title_gives_names_that_fit(name: str, kinds: list[str], text: str) -> None:
    for title in (name, f"Interview with {name}", f"{name}: The KCrush Interview"):
        for subject in subjects_of(title, tags=kinds, text=text):
            assert subject.name.strip()
            assert len(subject.name) <= NAME_LIMIT


def test_a_title_of_endless_length_takes_no_time() -> None:
    for piece in ("a ", "and ", "Singer ", "(", "“", "Interview with ", "– "):
        assert len(subjects_of("Interview with " + piece * 50_000)) <= 12
