# SPDX-License-Identifier: Apache-2.0
"""Strings on which tokenisers could differ: words and sentences in twenty and more scripts, whole blocks of Unicode,
emoji, combining marks, controls, and code points of no meaning. The same seed gives the same strings."""

import random

SENTENCES = """
The quick brown fox jumps over the lazy dog; it's 3.14 times faster, isn't it? They'll say "no" & we've said YES!
Ünïcödé façade naïve Ångström œuvre Straße İstanbul ǅungla ﬁnale ⅓ №5 x² H₂O ½
Съешь же ещё этих мягких французских булок, да выпей чаю. Їжак під'їхав.
Ξεσκεπάζω την ψυχοφθόρα βδελυγμία. ΟΔΥΣΣΕΥΣ ἄνθρωπος
דג סקרן שט בים מאוכזב ולפתע מצא חברה. שָׁלוֹם
نص حكيم له سر قاطع وذو شأن عظيم مكتوب على ثوب أخضر. ١٢٣ السَّلَامُ
ऋषियों को सताने वाले दुष्ट राक्षसों के राजा रावण का सर्वनाश। क़ख़ग़ १२३
আমি বাংলায় গান গাই। ড়ঢ়য়
ਪੰਜਾਬੀ ਵਿੱਚ ਇੱਕ ਵਾਕ। ਖ਼ਗ਼ਜ਼
ગુજરાતી ભાષામાં એક વાક્ય.
தமிழ் மொழியில் ஒரு வாக்கியம். கொள்கை
తెలుగు భాషలో ఒక వాక్యం.
ಕನ್ನಡ ಭಾಷೆಯಲ್ಲಿ ಒಂದು ವಾಕ್ಯ.
മലയാളത്തിൽ ഒരു വാക്യം.
සිංහල භාෂාවෙන් වාක්‍යයක්.
เป็นมนุษย์สุดประเสริฐเลิศคุณค่า กว่าบรรดาฝูงสัตว์เดรัจฉาน น้ำ
ພາສາລາວ ປະໂຫຍກ
བོད་སྐད་ཀྱི་ཚིག་གྲུབ།
မြန်မာဘာသာ စာကြောင်း။
ქართული ენა. ᲥᲐᲠᲗᲣᲚᲘ
Հայերեն նախադասություն։ և
አማርኛ ዓረፍተ ነገር።
ភាសាខ្មែរ ប្រយោគ។
いろはにほへと ちりぬるを カタカナ ガギグ ｶﾞｷﾞ ㌔㍉ 。
视野无限广，窗外有蓝天；微风轻轻吹。 𠀀𪛖 豈更
다람쥐 헌 쳇바퀴에 타고파. 각힣
ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ ꭰꭱ
ᠮᠣᠩᠭᠣᠯ ᠬᠡᠯᠡ
ᓀᐦᐃᔭᐍᐏᐣ
👩‍👩‍👧‍👦 👍🏽 🇩🇪🇫🇷 ❤️ 🏴󠁧󠁢󠁳󠁣󠁴󠁿 1️⃣ ☃︎ 😀😃
[CLS] [MASK] [SEP] <s> </s> <pad> <unk> <mask> <|endoftext|> [PAD][UNK] word[MASK]word
##ing ▁the ▁ Ġword <0x0A> l'été d'accord o'clock I'M HE'LL 'twas ''s
for (int i = 0; i < 10; ++i) { printf("%d\\t\\n", a[i] ** 2); } // C++ #include <x.h>
https://example.org/a?b=c&d=%20e#f user@example.com C:\\Users\\x ~/.config 192.168.0.1:8080
1234567890 12,345.67 −5 +3 1e-9 0xFF Ⅷ ⑦ 一二三 ४५६ ๑๒๓ ٤٥٦
""".strip().split("\n")

# First and last code points of what is taken from.
BLOCKS = [
    (0x00, 0xFF), (0x100, 0x24F), (0x250, 0x2FF), (0x300, 0x36F), (0x370, 0x3FF), (0x400, 0x52F), (0x530, 0x5FF),
    (0x600, 0x7BF), (0x7C0, 0x8FF), (0x900, 0x97F), (0x980, 0xA7F), (0xA80, 0xB7F), (0xB80, 0xC7F), (0xC80, 0xD7F),
    (0xD80, 0xE7F), (0xE80, 0xFFF), (0x1000, 0x10FF), (0x1100, 0x11FF), (0x1200, 0x139F), (0x13A0, 0x169F),
    (0x16A0, 0x18AF), (0x18B0, 0x1AFF), (0x1B00, 0x1CFF), (0x1D00, 0x1DFF), (0x1E00, 0x1FFF), (0x2000, 0x206F),
    (0x2070, 0x20FF), (0x2100, 0x23FF), (0x2400, 0x27BF), (0x27C0, 0x2BFF), (0x2C00, 0x2DFF), (0x2E00, 0x2FFF),
    (0x3000, 0x33FF), (0x3400, 0x4DFF), (0x4E00, 0x9FFF), (0xA000, 0xA4CF), (0xA4D0, 0xABFF), (0xAC00, 0xD7FF),
    (0xE000, 0xE0FF), (0xF900, 0xFAFF), (0xFB00, 0xFDFF), (0xFE00, 0xFFFF), (0x10000, 0x103FF), (0x10400, 0x10FFF),
    (0x11000, 0x11FFF), (0x12000, 0x16FFF), (0x17000, 0x1AFFF), (0x1B000, 0x1CFFF), (0x1D000, 0x1DFFF),
    (0x1E000, 0x1EFFF), (0x1F000, 0x1F2FF), (0x1F300, 0x1F9FF), (0x1FA00, 0x1FFFF), (0x20000, 0x2FFFF),
    (0xE0000, 0xE01FF), (0x100000, 0x1000FF)]

SPACES = [" ", " ", " ", " ", "  ", "   ", "\t", "\n", "\r\n", "\n\n", "\u00a0", "\u2003", "\u3000", "\u200b", "\u2028",
          "\u0085", "\x0b", "\x0c", "\x1c", "\u200d", "\ufeff", "\u180e"]


def code_point(random, low, high):
    while True:
        code = random.randint(low, high)
        if not 0xD800 <= code < 0xE000:
            return chr(code)


def strings(count, seed):
    """So many strings, some of them empty."""
    numbers = random.Random(seed)
    words = [word for sentence in SENTENCES for word in sentence.split()]
    found = list(SENTENCES) + ["", " ", "\n", "  a", "a  ", "\u0301", "e\u0301", "\u1100\u1161\u11a8", "a" * 300]
    while len(found) < count:
        kind = numbers.random()
        if kind < 0.35:  # Words of several scripts.
            text = "".join(
                numbers.choice(words) + numbers.choice(SPACES) for _ in range(numbers.randint(1, 12)))
        elif kind < 0.6:  # Of one block, with spaces.
            low, high = numbers.choice(BLOCKS)
            text = "".join(
                code_point(numbers, low, high) if numbers.random() < 0.85 else numbers.choice(SPACES)
                for _ in range(numbers.randint(1, 20)))
        elif kind < 0.75:  # Letters with marks in any order.
            text = "".join(
                numbers.choice("aeiouAEIOUсеυ가한शक") + "".join(
                    code_point(numbers, *numbers.choice([(0x300, 0x36F), (0x300, 0x36F), (0x591, 0x5C7), (0x64B, 0x65F),
                                                         (0x93C, 0x94D), (0x1AB0, 0x1AFF), (0x20D0, 0x20F0)]))
                    for _ in range(numbers.randint(0, 3))) for _ in range(numbers.randint(1, 8)))
        elif kind < 0.85:  # Sentences with something in them changed.
            text = list(numbers.choice(SENTENCES))
            for _ in range(numbers.randint(1, 5)):
                place = numbers.randrange(len(text) + 1)
                text[place:place] = [code_point(numbers, *numbers.choice(BLOCKS))]
            text = "".join(text)
        elif kind < 0.95:  # Printable ASCII, punctuation and digits.
            text = "".join(chr(numbers.randint(0x20, 0x7E)) for _ in range(numbers.randint(1, 40)))
        else:  # Anything.
            text = "".join(code_point(numbers, 0, 0x10FFFF) for _ in range(numbers.randint(1, 12)))
        found.append(text)
    return found[:count]
