"""What holds for any text whatever."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from eventapp.text import (
    canonical_tone_placement,
    clean,
    clean_lines,
    collate,
    fold,
    matches,
    search_terms,
    sort_key,
    split_name,
)

SYLLABLES = st.text(
    alphabet="abcdđeêghiklmnoôơpqrstuưvxyăâàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ",
    min_size=1,
    max_size=7,
).flatmap(lambda word: st.sampled_from([word, word.capitalize(), word.upper()]))
NAMES = st.lists(SYLLABLES, min_size=1, max_size=5).map(" ".join)
TEXTS = st.one_of(st.text(max_size=40), NAMES)
ONSETS = st.sampled_from(["", "h", "th", "kh", "l", "ng", "T", "X"])


@given(TEXTS)
def test_clean_is_idempotent_nfc_and_one_line(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert once == " ".join(once.split())
    assert clean_lines(once) == once


@given(TEXTS)
def test_clean_lines_is_idempotent(text: str) -> None:
    assert clean_lines(clean_lines(text)) == clean_lines(text)


@given(TEXTS)
def test_fold_is_idempotent_and_plain(text: str) -> None:
    once = fold(text)
    assert fold(once) == once
    assert clean(once) == once
    assert once == once.casefold()
    assert not set(once) & set("%_'-đ")


@given(NAMES)
def test_vietnamese_folds_to_ascii(name: str) -> None:
    assert fold(name).isascii()


@given(TEXTS)
def test_nfc_and_nfd_are_one(text: str) -> None:
    nfc, nfd = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    for function in (clean, fold, sort_key, collate, canonical_tone_placement):
        assert function(nfc) == function(nfd)


@given(NAMES)
def test_every_word_of_a_name_finds_it(name: str) -> None:
    folded = fold(name)
    assert matches(folded, search_terms(name))
    for word in name.split():
        assert matches(folded, search_terms(word[:3]))


@given(NAMES)
def test_the_parts_are_the_name(name: str) -> None:
    assert " ".join(filter(None, split_name(name))) == name


@given(TEXTS, TEXTS)
def test_keys_are_ascii_and_fit(one: str, other: str) -> None:
    for key in (sort_key(one), collate(other)):
        assert key.isascii()
        assert key.isprintable()
        assert len(key) <= 400


@given(NAMES, NAMES)
def test_the_given_name_decides_first(one: str, other: str) -> None:
    one_given, other_given = (
        collate(split_name(one)[2].lower()),
        collate(split_name(other)[2].lower()),
    )
    if one_given != other_given:
        assert (sort_key(one) < sort_key(other)) == (one_given < other_given)


@given(NAMES, NAMES)
def test_names_that_share_a_key_differ_only_in_where_the_tone_stands(one: str, other: str) -> None:
    if sort_key(one) == sort_key(other):
        assert fold(one) == fold(other)


@given(NAMES)
def test_case_differs_last(name: str) -> None:
    lower, upper = sort_key(name.lower()), sort_key(name.upper())
    assert lower < upper
    # Nothing comes between them but the same name in other cases.
    assert lower.rstrip("0123") == upper.rstrip("0123")


@given(
    ONSETS, st.sampled_from(["oa", "oe", "uy"]), st.sampled_from("\u0300\u0301\u0303\u0309\u0323")
)
def test_old_and_new_tone_placement_are_one(onset: str, rhyme: str, tone: str) -> None:
    old, new = onset + rhyme[0] + tone + rhyme[1], onset + rhyme + tone
    assert sort_key(f"Lê Thị {old}") == sort_key(f"Lê Thị {new}")
    assert canonical_tone_placement(new) == unicodedata.normalize("NFC", old)


@given(TEXTS)
def test_tone_placement_is_idempotent_and_changes_no_key(text: str) -> None:
    once = canonical_tone_placement(text)
    assert canonical_tone_placement(once) == once
    assert fold(once) == fold(text)
    assert collate(once) == collate(text)
