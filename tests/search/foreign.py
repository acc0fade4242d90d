"""Two hundred names of well-known acts of whom the sample magazine has no interview."""

FOREIGN = (
    # Groups and bands of Korea.
    *("2AM", "2NE1", "2PM", "4minute", "aespa", "After School", "AKMU", "AOA", "Apink", "Astro"),
    *("ATEEZ", "B.A.P", "B1A4", "BABYMONSTER", "BIGBANG", "Billlie", "BLACKPINK", "Block B"),
    *("BoyNextDoor", "Brave Girls", "Brown Eyed Girls", "BTOB", "BTS", "CIX", "CNBLUE", "Cravity"),
    *("Crayon Pop", "Day6", "Dreamcatcher", "DRIPPIN", "ENHYPEN", "Epik High", "EVERGLOW", "EXID"),
    *("EXO", "f(x)", "FIFTY FIFTY", "fromis_9", "FTISLAND", "(G)I-DLE", "GFRIEND", "Girl's Day"),
    *("Girls' Generation", "GOT7", "H.O.T.", "Hello Venus", "HIGHLIGHT", "Hyukoh", "iKON", "ILLIT"),
    *("Infinite", "ITZY", "IVE", "IZ*ONE", "Jannabi", "KARA", "KARD", "Kep1er", "KISS OF LIFE"),
    *("LE SSERAFIM", "LOONA", "Lovelyz", "Lucy", "MAMAMOO", "MBLAQ", "MEOVV", "Miss A", "MONSTA X"),
    *("MOMOLAND", "NCT 127", "NCT DREAM", "Nell", "NewJeans", "NMIXX", "NU'EST", "Oh My Girl"),
    *("ONEUS", "ONEWE", "ONF", "P1Harmony", "Pentagon", "PLAVE", "Purple Kiss", "QWER", "Rainbow"),
    *("Red Velvet", "RIIZE", "S.E.S.", "Secret", "SE SO NEON", "SEVENTEEN", "SF9", "SHINee"),
    *("Shinhwa", "Sistar", "SS501", "STAYC", "Stray Kids", "Super Junior", "T-ara", "TEMPEST"),
    *("The Boyz", "The Rose", "tripleS", "TREASURE", "TVXQ", "TWICE", "TXT", "U-KISS", "UP10TION"),
    *("VICTON", "VIVIZ", "VIXX", "VERIVERY", "Weeekly", "Wanna One", "WayV", "WINNER", "WJSN"),
    *("Wonder Girls", "Xdinary Heroes", "Xikers", "YB", "ZEROBASEONE"),
    # Singers, rappers and actors of Korea.
    *("B.I", "Baek Yerin", "Bae Suzy", "Beenzino", "Bibi", "BoA", "Bong Joon-ho", "Cha Eun-woo"),
    *("Chungha", "CL", "Crush", "Dean", "DPR Live", "Eric Nam", "G-Dragon", "Gong Yoo", "Gray"),
    *(
        "Gummy",
        "Heize",
        "Hwasa",
        "Hyun Bin",
        "HyunA",
        "IU",
        "Jackson Wang",
        "Jay Park",
        "Jeon Somi",
    ),
    *("Jennie", "Jessi", "Jimin", "Jun Ji-hyun", "Jungkook", "Kang Daniel", "Kim Go-eun", "Lee Hi"),
    *("Lee Jung-jae", "Lee Min-ho", "Lee Mujin", "Lim Young-woong", "Lisa", "Loco", "Paul Kim"),
    *("Park Bo-gum", "Park Seo-joon", "Psy", "Rain", "Rosé", "Simon Dominic", "Song Hye-kyo"),
    *("Song Kang-ho", "Sunmi", "Taemin", "Taeyang", "Taeyeon", "Yoon Mirae", "Youn Yuh-jung"),
    *("Zico", "Zion.T"),
    # Of elsewhere.
    *("Ado", "Adele", "Ariana Grande", "BABYMETAL", "Beyoncé", "Billie Eilish", "Bruno Mars"),
    *("Coldplay", "Drake", "Dua Lipa", "Ed Sheeran", "Kendrick Lamar", "Lady Gaga"),
    *("ONE OK ROCK", "Radiohead", "Rihanna", "Sia", "Taylor Swift", "YOASOBI"),
)
