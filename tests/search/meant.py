"""Queries that ask by meaning, in nine languages, and share no content word with their answers.

Written and labelled by reading the interviews, before any embedder was run on them; a change of the
search is no reason to change a label. Same shape as ``tests/search/labelled.py``: a label names
interviews, and the questions that answer it (0 is what stands before the first one). The rule by
which meaning leads was chosen on ``BY_LANGUAGE``, and is held against ``FURTHER``.
"""

from collections.abc import Mapping

from tests.search.labelled import SLUGS, Labelled


def _asked(query: str, **questions: int | tuple[int, ...]) -> Labelled:
    """`questions` are by key, with "_" for what a Python name can't have."""
    wanted = {}
    for name, turns in questions.items():
        numbers = (turns,) if isinstance(turns, int) else turns
        key = name.replace("_", "-")
        wanted[key if key in SLUGS else name.replace("_", " ")] = frozenset(numbers)
    unknown = wanted.keys() - SLUGS.keys()
    if unknown:
        raise ValueError(f"no such interview: {unknown}")
    return Labelled(query, wanted)


BY_LANGUAGE: Mapping[str, tuple[Labelled, ...]] = {
    "en": (
        _asked("had to keep her vocals soft so the guy in the adjoining flat could rest", sola=3),
        _asked("member who kept his friend company on the journey after being dropped", dusk=3),
        _asked("rivals became friends while waiting for the judges", geon_u=5),
        _asked("keep working a normal nine to five besides music", umbrellas=5, bok_dan=(0, 9)),
        _asked("lady who speaks in lifts", min_hwa=(0, 1, 3, 4)),
        _asked("beatmaker who used to be a climate researcher", nalssi=(0, 2)),
        _asked("spoiled his meal out of revenge", salt=5),
        _asked("tv guy whose characters keep getting killed", do_jin=(0, 2)),
        _asked("something to watch against insomnia", grandpa=3),
        _asked("turned down sponsorship deals", grandpa=7),
        _asked("songwriter who hiked across the whole country", dam_i=(0, 2)),
        _asked("cozy title where you cannot lose", tae_ri=(0, 3)),
        _asked("movie that never reveals the culprit", renee=3),
        _asked("makes art out of garbage", se_rin=(0, 2)),
        _asked("a pensioner ended up as featured vocalist", saebyeok=(0, 3, 4)),
        _asked("cheerful tunes are tougher to compose than gloomy ones", ra_on=6),
    ),
    "ko": (
        _asked("늦은 나이에 데뷔한 가수", bok_dan=(0, 3)),
        _asked("정전 때 자전거로 조명을 켠 사람", bit_garam=6),
        _asked("부모님이 딸을 키우며 쓴 돈을 적은 노래", l1me=5),
    ),
    "ja": (
        _asked("鏡を使わないダンススタジオ", da_on=(0, 2)),
        _asked("苦情を言いに来たと思ったおばあさんが一緒に歌った", saebyeok=4),
        _asked("父親が配達の仕事をしているアイドル", dusk=4),
    ),
    "es": (
        _asked("cantante que vendía pescado en el mercado", bok_dan=(0, 1, 3)),
        _asked("le dieron un papel en el que por fin sobrevive", do_jin=(0, 3)),
        _asked("consejos para quien duda si seguir ensayando", kite=13),
    ),
    "pt": (
        _asked("enfermeira brasileira que assiste os vídeos dele depois do plantão", grandpa=6),
        _asked("rapper que cresceu nos Estados Unidos e voltou para a Coreia", l1me=(0, 1, 2)),
        _asked("como ela enfrenta o medo debaixo d'água", seon_yeong=6),
    ),
    "fr": (
        _asked("chanteuse qui a appris à chanter plus fort face à la mer", sola_again=(2, 4)),
        _asked("ils répètent dans une vieille maison et le public portait des chaussons", hanok=0),
        _asked("objets insolites retrouvés dans le métro", umbrellas=3),
    ),
    "id": (
        _asked("penyanyi yang berjalan kaki keliling negeri sambil merekam lagu", dam_i=(0, 2, 3)),
        _asked("pegulat yang mulai berlatih karena ingin susu gratis", geon_u=3),
        _asked("konser di tangga apartemen waktu pandemi", salt=6),
    ),
    "th": (
        _asked("นักร้องที่แต่งเพลงตอนกลางคืนและร้องเบามาก", sola=(0, 3)),
        _asked("พนักงานโรงงานที่กลายมาเป็นศิลปิน", saebyeok=(0, 2)),
        _asked("ปู่ปอกผลไม้ช้าๆ ในยูทูบ", grandpa=(0, 3)),
    ),
    "vi": (
        _asked("nữ kỳ thủ bỏ cuộc rồi quay trở lại thi đấu", yu_on=(0, 2, 4)),
        _asked("cuốn sách thiếu nhi về chiếc tất bị mất", se_rin=(0, 4)),
        _asked("từ chối thêm quái vật vào trò chơi", tae_ri=4),
    ),
}

FURTHER: Mapping[str, tuple[Labelled, ...]] = {
    "en": (
        _asked("reads novels to the sightless every week", min_hwa=9),
        _asked("unread envelope stuck near the heating", ah_reum=(2, 3)),
        _asked("illustrator unable to sketch puppies", ah_reum=5),
        _asked("vocal coach who works with seafood taught her to be louder", sola_again=4),
        _asked("rodent ruined his instrument", ra_on=5),
        _asked("marriage proposal using a heartbreak tune", ra_on=8),
        _asked("electricity failed during an outdoor gig", bit_garam=6),
        _asked("stressed granddaughter relaxed while fruit was pared", grandpa=3),
        _asked("quit because software disliked his beloved strategy", yu_on=2),
        _asked("helping clumsy folks groove with a drink in their grip", da_on=5),
        _asked("elderly relative doubts her underwater career", seon_yeong=(1, 2)),
        _asked("mum noticed wrong signal timing", tae_ri=6),
        _asked("speaks slang learned online and formal speech for an elder", l1me=2),
    ),
    "ko": (
        _asked("신호등 시간을 재러 다닌 개발자", tae_ri=3),
        _asked("이웃 때문에 작게 부르게 된 가수", sola=3),
        _asked("죽는 역할만 하던 배우", do_jin=(0, 2, 3)),
        _asked("범인이 끝까지 밝혀지지 않는 영화", renee=(0, 3)),
        _asked("휠체어를 타는 팬을 위한 안무", dusk=5),
    ),
    "ja": (
        _asked("ピアノの鍵盤が一つ足りない", ra_on=5),
        _asked("一番重い階級で一番小さい力士", geon_u=1),
        _asked("コンピューターのせいで囲碁をやめた", yu_on=2),
        _asked("天気予報に合わせて曲を作る", nalssi=3),
        _asked("エレベーターの声の人", min_hwa=(0, 1, 3, 4)),
    ),
    "es": (
        _asked("el músico que trabajaba en una fábrica de pantallas", saebyeok=(0, 2)),
        _asked("una cabra con admiradores en Sudamérica", ah_reum=5),
        _asked("los vecinos escuchan desde sus puertas abiertas", salt=6),
        _asked("no tenían dinero y casi se separan", kite=7),
    ),
    "pt": (
        _asked("atriz que dá voz aos elevadores", min_hwa=(0, 1, 3)),
        _asked("perdeu o campeonato depois de reverem as imagens", geon_u=5),
        _asked("ganhava uma segunda caixinha de leite na escola", geon_u=3),
        _asked("cineasta que filmou na aldeia do pai", renee=(0, 2, 5)),
    ),
    "fr": (
        _asked("il reçoit des clés du monde entier", do_jin=6),
        _asked("conseils pour débuter dans la bande dessinée", ah_reum=9),
        _asked("elle déchire du papier au lieu de le couper", se_rin=(0, 1, 3)),
        _asked("ce que l'on entend au fond de la mer", seon_yeong=(4, 5)),
    ),
    "id": (
        _asked("mantan sopir yang punya kanal memotong buah", grandpa=(0, 2, 3)),
        _asked("apakah kedua anggota itu berpacaran", salt=7),
        _asked("ibunya menyimpan semua nota belanja", l1me=5),
        _asked("pertunjukan yang dimulai sebelum matahari terbit", saebyeok=7),
    ),
    "th": (
        _asked("ดาราที่เล่นเป็นคนเฝ้าโรงแรม", do_jin=(0, 3, 4)),
        _asked("ทำไมเธอถึงเดินแทนที่จะนั่งรถไฟ", dam_i=2),
        _asked("แฟนคลับต่างชาติแปลเสียงประกอบ", ah_reum=8),
        _asked("วงดนตรีที่ทำงานในสำนักงานของหาย", umbrellas=(0, 1, 2, 3)),
    ),
    "vi": (
        _asked("diễn viên đã chết hơn hai trăm lần trên phim", do_jin=2),
        _asked("nhà sản xuất âm nhạc từng học khí tượng", nalssi=(0, 2)),
        _asked("bà hàng xóm hát cùng nhạc điện tử", saebyeok=4),
        _asked("cô bán cá trở thành ca sĩ", bok_dan=(0, 3)),
    ),
}

WORDS_HALF_REMEMBERED: tuple[Labelled, ...] = (
    _asked("sang to the tune of the rice cooker on the rooftop", kite=3),
    _asked("thank you card for every copy of the second single", kite=7),
    _asked("the goat has a fan club in Peru", ah_reum=5),
    _asked("four hundred umbrellas that nobody collects", umbrellas=2),
    _asked("postcard of the beach from her old neighbour", sola_again=2),
    _asked("elevator voice for somebody who will be fired", min_hwa=3),
    _asked("bicycle dynamo lamp when the generator broke", bit_garam=6),
    _asked("grandmother asked how deep she dived", seon_yeong=2),
    _asked("computer said the favourite move was worth nothing", yu_on=2),
    _asked("keys from a lady in Lisboa", do_jin=6),
    _asked("basket on a rope after the last song", salt=6),
    _asked("wedding cake left on the subway train", umbrellas=3),
    _asked("mouse ate the felt of the piano hammer", ra_on=5),
    _asked("castles in the sand pit with kids", geon_u=7),
    _asked("snow in April ruined the spring single", nalssi=7),
    _asked("mother kept every receipt in a biscuit tin", l1me=5),
    _asked("the passengers were so polite the bus could not leave", tae_ri=7),
    _asked("counted lit windows of a small village", dam_i=4),
    _asked("five versions of who stole the persimmons", renee=(0, 3)),
    _asked("nurse in Brazil shelling peas with grandpa", grandpa=6),
    _asked("convenience store owner learned some dialect words", dusk=3),
    _asked("carry a full cup to learn how to dance", da_on=5),
    _asked("toes inside a blanket french translation", se_rin=6),
    _asked("concert that starts before sunrise", saebyeok=7),
)
"""Sentences of mostly the passage's own words: by words they are found."""
