"""Whether a word is a syllable that Vietnamese can have: the yardstick for guessing encodings.

The rhymes are those of the orthography (Hoàng Phê, ed., "Từ điển tiếng Việt", Viện Ngôn ngữ học);
a syllable that ends in c, ch, p or t has only the tones sắc and nặng.
"""

import re
import unicodedata
from functools import lru_cache

_RHYMES = frozenset(
    """
    a ac ach ai am an ang anh ao ap at au ay
    ăc ăm ăn ăng ăp ăt
    âc âm ân âng âp ât âu ây
    e ec em en eng eo ep et
    ê êch êm ên ênh êp êt êu
    i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu
    o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet
    oi om on ong ooc oong op ot
    ô ôc ôi ôm ôn ông ôp ôt
    ơ ơi ơm ơn ơp ơt
    u ua uân uâng uât uây uc uê uêch uên uênh ui um un ung uôc uôi uôm uôn uông uôt uơ up ut
    uy uya uych uyên uyêt uynh uyp uyt uyu
    ư ưa ưc ưi ưm ưn ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu
    y yêm yên yêng yêt yêu
    """.split()  # noqa: SIM905
)
# After qu, whose u is the glide.
_QU_RHYMES = frozenset(
    """
    a ac ach ai an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt ân âng ât ây e en eo et ê ên ênh êt
    i it ơ ơn y ych yên yêt ynh yt
    """.split()  # noqa: SIM905
)
_ONSET = re.compile("(ngh|ng|nh|gh|gi|kh|ch|ph|th|tr|qu|[bcdđghklmnrstvx]?)(.+)")
_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_SHARP_OR_HEAVY = ("\u0301", "\u0323")


@lru_cache(maxsize=16384)
def is_syllable(word: str) -> bool:
    """Whether the word, in Unicode and any case, can be a Vietnamese syllable."""
    if not 1 <= len(word) <= 12:
        return False
    decomposed = unicodedata.normalize("NFD", word.lower())
    tones = _TONES.findall(decomposed)
    if len(tones) > 1:
        return False
    plain = unicodedata.normalize("NFC", _TONES.sub("", decomposed))
    found = _ONSET.fullmatch(plain)
    if found is None:
        return False
    onset, rhyme = found.groups()
    if onset == "qu":
        known = rhyme in _QU_RHYMES
    else:
        # giêng is gi + iêng with one i written.
        known = rhyme in _RHYMES or (onset == "gi" and f"i{rhyme}" in _RHYMES)
    if rhyme.endswith(("c", "ch", "p", "t")):
        return known and bool(tones) and tones[0] in _SHARP_OR_HEAVY
    return known
