"""The plain words of the product: ids, pages, pay, text, who asks, errors and clocks."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verivita.core import errors, ids
from verivita.core.clock import SteppedClock, SystemClock
from verivita.core.ids import PersonId, TenantId, new_id, parse_id
from verivita.core.money import Pay, PayPeriod
from verivita.core.page import MAX_LIMIT, Page, PageRequest, page_of
from verivita.core.principal import Principal, Role
from verivita.core.text import clean, fold, sha256, slug, squeeze, squeeze_lines, words

texts = st.text(max_size=200)


class TestIds:
    def test_they_are_version_7_and_hold_the_time(self):
        before = time.time_ns() // 1_000_000
        made = new_id()
        assert (made.version, made.variant) == (7, "specified in RFC 4122")
        assert before - 1 <= made.int >> 80 <= time.time_ns() // 1_000_000 + 10

    def test_they_rise_also_in_one_millisecond(self):
        made = [new_id() for _ in range(20_000)]
        assert made == sorted(made)
        assert len(set(made)) == len(made)

    def test_they_rise_when_the_clock_goes_back(self, monkeypatch):
        first = new_id()
        monkeypatch.setattr(ids.time, "time_ns", lambda: 1_000_000_000)
        assert new_id() > first

    def test_threads_never_share_one(self):
        made: list[UUID] = []

        def mint():
            made.extend([new_id() for _ in range(2000)])

        threads = [threading.Thread(target=mint) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(set(made)) == 12_000

    @given(st.uuids())
    def test_an_id_is_read_back(self, given_id):
        assert parse_id(str(given_id)) == given_id

    @pytest.mark.parametrize("text", ["", "x", "123", "../etc", "00000000-0000-0000-0000-00000000000g", None, 7])
    def test_what_is_none_is_none(self, text):
        assert parse_id(text) is None


class TestPages:
    @given(st.lists(st.integers(), max_size=60), st.integers(1, 9))
    def test_the_pages_of_a_list_are_the_list(self, items, limit):
        whole = page_of(items, PageRequest(1, limit))
        assert whole.pages == -(-len(items) // limit)
        cut = [page_of(items, PageRequest(n, limit)).items for n in range(1, whole.pages + 1)]
        assert [item for part in cut for item in part] == items
        assert page_of(items, PageRequest(whole.pages + 1, limit)).items == []

    @pytest.mark.parametrize(("page", "limit", "field"), [(0, 5, "page"), (-1, 5, "page"), (10**6 + 1, 5, "page"),
                                                          (1, 0, "limit"), (1, MAX_LIMIT + 1, "limit")])  # fmt: skip
    def test_what_is_out_of_range_is_refused_by_field(self, page, limit, field):
        with pytest.raises(errors.Invalid) as caught:
            PageRequest(page, limit)
        assert [error.field for error in caught.value.errors] == [field]

    def test_a_page_of_other_items_keeps_its_place(self):
        page = Page([1, 2], 12, 2, 2).map(str)
        assert (page.items, page.total, page.page, page.limit, page.pages) == (["1", "2"], 12, 2, 2, 6)
        assert Page([], 0, 1, 20).pages == 0


class TestPay:
    @pytest.mark.parametrize(
        ("period", "year"),
        [
            (PayPeriod.HOUR, 2080),
            (PayPeriod.DAY, 260),
            (PayPeriod.WEEK, 52),
            (PayPeriod.MONTH, 12),
            (PayPeriod.YEAR, 1),
        ],
    )
    def test_a_year_of_each_period(self, period, year):
        pay = Pay(10, 20.5, "EUR", PayPeriod(period))
        assert (pay.yearly_minimum, pay.yearly_maximum) == (10 * year, round(20.5 * year))

    def test_what_is_not_said(self):
        assert Pay(None, 50_000, None, None).yearly_minimum is None
        assert Pay(None, 50_000, None, None).yearly_maximum == 50_000


class TestText:
    @given(texts)
    def test_clean_is_stable_and_can_be_stored(self, text):
        once = clean(text)
        assert clean(once) == once
        assert "\x00" not in once
        assert "\r" not in once
        once.encode("utf-8")

    def test_clean_keeps_words_and_drops_what_cannot_be_seen(self):
        assert clean("a\r\nb\rc\x00\u200bd\ufeff e\u0301 \ud800") == "a\nb\ncd \u00e9 ?"

    @given(texts)
    def test_squeeze_leaves_single_blanks(self, text):
        assert squeeze(text) == " ".join(squeeze(text).split())
        assert squeeze(squeeze(text)) == squeeze(text)

    def test_squeeze_lines_keeps_lines(self):
        assert squeeze_lines("  a \t b  \n\n\n\n c\n") == "a b\n\nc"

    @given(texts)
    def test_fold_is_blind_to_case(self, text):
        assert fold(fold(text)) == fold(fold(fold(text)))
        assert fold("Ünïcode STRASSE") == "unicode strasse"

    def test_words_and_slugs(self):
        assert words("Don't stop: C'est l’été_2024!") == ["don't", "stop", "c'est", "l’ete", "2024"]
        assert slug("Big & Bold, Inc.") == "big-bold-inc"
        assert slug("  &  ") == ""

    def test_the_hash_of_text_is_that_of_its_bytes(self):
        assert sha256("é") == sha256("é".encode())
        assert sha256(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


class TestWhoAsks:
    @pytest.mark.parametrize(("role", "admin"), [(Role.OWNER, True), (Role.ADMIN, True), (Role.COACH, False),
                                                 (Role.STUDENT, False)])  # fmt: skip
    def test_owner_and_admin_are_admins(self, role, admin):
        person = Principal(TenantId(new_id()), PersonId(new_id()), role)
        assert person.is_admin is admin
        if admin:
            person.require_admin()
        else:
            with pytest.raises(errors.Denied):
                person.require_admin()

    def test_no_scopes_mean_the_whole_role_and_some_mean_only_those(self):
        whole = Principal(TenantId(new_id()), PersonId(new_id()))
        whole.require_scope("anything")
        narrow = Principal(whole.tenant_id, whole.person_id, scopes=frozenset({"read"}))
        narrow.require_scope("read")
        with pytest.raises(errors.Denied, match="write"):
            narrow.require_scope("write")


class TestErrors:
    def test_each_has_a_code_and_a_sentence(self):
        kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
        assert len(kinds) >= 12
        codes = {kind.default_code for kind in kinds}
        assert len(codes) == len(kinds)
        for kind in kinds:
            error = kind() if kind is not errors.NotFound else kind("job")
            assert error.code == kind.default_code
            assert error.message
            assert str(error)

    def test_what_is_given_is_kept(self):
        error = errors.Unavailable("busy", "Later.", next="Wait.", retry_after=3, extra={"a": 1})
        assert (error.code, error.message, error.next, error.retry_after, error.extra) == (
            "busy", "Later.", "Wait.", 3, {"a": 1},
        )  # fmt: skip
        assert errors.NotFound("job").message == "There is no such job."


class TestClocks:
    def test_the_stepped_clock_moves_when_told(self):
        start = datetime(2026, 1, 1, tzinfo=UTC)
        clock = SteppedClock(start)
        assert clock.now() == clock.now() == start
        clock.advance(timedelta(hours=2))
        assert clock.now() == start + timedelta(hours=2)

    def test_the_system_clock_has_a_zone(self):
        assert SystemClock().now().tzinfo is UTC
