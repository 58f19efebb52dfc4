"""Spans of time as resumes write them."""

import pytest

from verivita.engines.reading.dates import find_dates


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Jan 2020 – Present", "2020-01/"),
        ("06/2018 - 2020", "2018-06/2020-12"),
        ("2016–20", "2016-01/2020-12"),
        ("Summer 2019", "2019-06/2019-08"),
        ("März 2019 – heute", "2019-03/"),
        ("enero 2015 - actualidad", "2015-01/"),
        ("janv. 2018 – déc. 2019", "2018-01/2019-12"),
        ("2016/09 - now", "2016-09/"),
        ("2015 / 07", "2015-07/2015-07"),
        ("Jan - Mar 2020", "2020-01/2020-03"),
        ("seit 04.2019", "2019-04/"),
        ("01.04.2019 - 31.12.2020", "2019-04/2020-12"),
        ("May '17 to June '18", "2017-05/2018-06"),
        ("Fall 2013 – Spring 2014", "2013-09/2014-05"),
        ("01/2014 to Current", "2014-01/"),
        ("03/15 – 04/17", "2015-03/2017-04"),
        ("2013-12-01 – 2014-12-01", "2013-12/2014-12"),
        ("2005  Present", "2005-01/"),
        ("April 2010  June 2012", "2010-04/2012-06"),
        ("Feb '2011 - June 2014", "2011-02/2014-06"),
        ("July 2023", "2023-07/2023-07"),
        ("Class of 2022", "2022-01/2022-12"),
        ("2019 -", "2019-01/"),
    ],
)
def test_normalised(text, value):
    (found,) = find_dates(text)
    assert found.value == value


@pytest.mark.parametrize(
    "text", ["no date", "ISO 9001", "+49 176 313 877", "version 2.2021.4", "99.97% of 8,500", "$2020"]
)
def test_not_a_date(text):
    assert find_dates(text) == []


def test_two_dates_of_a_sentence_are_no_span():
    assert [d.value for d in find_dates("May 2010 and June 2012")] == ["2010-05/2012-06"]
    assert [d.is_range for d in find_dates("Won in 2010 June 2012 issue")] == [False, False]


def test_the_span_is_exact_and_an_end_before_the_start_makes_no_range():
    (found,) = find_dates("Acme, Sept 2018 – May 2023 (remote)")
    assert "Acme, Sept 2018 – May 2023 (remote)"[found.start : found.end] == "Sept 2018 – May 2023"
    assert all(not d.is_range for d in find_dates("2020 - 2015"))
