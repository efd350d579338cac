"""Values as words: what a caller hears, written out."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti.ivr.spoken import LANGUAGES, Form, vocabulary, words


def heard(form: Form, value: str, language: str) -> str | None:
    said = words(form, value, language)
    texts = vocabulary(language, [form])
    return None if said is None else ("" if language == "zh" else " ").join(texts[word] for word in said)


@pytest.mark.parametrize(
    ("form", "value", "zh", "en"),
    [
        ("digits", "0102X", "零一零二X", "zero one zero two X"),
        ("digits", "a1-b2", "一二", "one two"),
        ("number", "0", "零", "zero"),
        ("number", "-0.0", "零点零", "zero point zero"),
        ("number", "10", "十", "ten"),
        ("number", "12", "十二", "twelve"),
        ("number", "20", "二十", "twenty"),
        ("number", "101", "一百零一", "one hundred one"),
        ("number", "110", "一百一十", "one hundred ten"),
        ("number", "112", "一百一十二", "one hundred twelve"),
        ("number", "200", "二百", "two hundred"),
        ("number", "2002", "两千零二", "two thousand two"),
        ("number", "10010", "一万零一十", "ten thousand ten"),
        ("number", "20000", "两万", "twenty thousand"),
        ("number", "22000", "两万两千", "twenty two thousand"),
        ("number", "100000", "十万", "one hundred thousand"),
        ("number", "1000001", "一百万零一", "one million one"),
        ("number", "200000000", "两亿", "two hundred million"),
        ("number", "100020003000", "一千亿两千万三千", "one hundred billion twenty million three thousand"),
        ("number", "-3.05", "负三点零五", "minus three point zero five"),
        ("money", "0", "零元", "zero yuan"),
        ("money", "2", "两元", "two yuan"),
        ("money", "12.5", "十二元五角", "twelve point five yuan"),
        ("money", "12.05", "十二元零五分", "twelve point zero five yuan"),
        ("money", "0.25", "两角五分", "zero point two five yuan"),
        ("money", "1.995", "两元", "two yuan"),
        ("money", "-88.80", "负八十八元八角", "minus eighty eight point eight yuan"),
        ("date", "2026-11-25", "二零二六年十一月二十五日", "November twenty fifth twenty twenty six"),
        ("date", "20000101", "二零零零年一月一日", "January first two thousand"),
        ("date", "1905-02-30", None, None),
        ("date", "1905-02-20", "一九零五年二月二十日", "February twentieth nineteen oh five"),
        ("date", "1900-12-30T08:00:00Z", "一九零零年十二月三十日", "December thirtieth nineteen hundred"),
        ("time", "00:00", "零点整", "twelve A M"),
        ("time", "14:05", "十四点零五分", "two oh five P M"),
        ("time", "0230", "两点三十分", "two thirty A M"),
        ("time", "2026-11-25T12:10:00+08:00", "十二点十分", "twelve ten P M"),
        ("time", "24:00", None, None),
        ("duration", "0", "零秒", "zero seconds"),
        ("duration", "90", "一分钟三十秒", "one minute thirty seconds"),
        ("duration", "7201", "两小时一秒", "two hours one second"),
        ("duration", "172800", "两天", "two days"),
        ("duration", "1.5", None, None),
        ("number", "1e3", None, None),
        ("number", "一", None, None),
        ("money", "", None, None),
        ("digits", "abc", None, None),
    ],
)  # fmt: skip
def test_a_value_is_said_as_people_say_it(form: Form, value: str, zh: str | None, en: str | None) -> None:
    assert (heard(form, value, "zh"), heard(form, value, "en")) == (zh, en)


def test_an_amount_that_is_rounded_up_to_too_many_digits_is_not_said() -> None:
    assert words("money", "999999999999.995", "zh") is None
    assert words("money", "999999999999.994", "zh") is not None


def test_a_language_without_vocabulary_says_nothing() -> None:
    assert words("number", "1", "fr") is None
    assert vocabulary("fr", ["number"]) == {}


@given(
    form=st.sampled_from(get_args(Form)),
    language=st.sampled_from(sorted(LANGUAGES)),
    value=st.one_of(
        st.integers(-(10**13), 10**13).map(str),
        st.decimals(-(10**12), 10**12, allow_nan=False, places=3).map(str),
        st.dates().map(str),
        st.times().map(str),
        st.text(max_size=30),
    ),
)
def test_every_word_that_is_said_is_in_the_forms_vocabulary(form: Form, language: str, value: str) -> None:
    said = words(form, value, language)
    assert said is None or (said and set(said) <= vocabulary(language, [form]).keys())
