"""The shell, refusals, imports, settings and the filter bar."""

from __future__ import annotations

from uuid import UUID

from tests.unit.web.samples import SHELL
from verivita.core.errors import FieldError, Invalid, LimitReached, NotFound
from verivita.core.ids import RunId
from verivita.core.page import Page
from verivita.entrypoints.web import render, show_rest, show_search
from verivita.features.matching import Wishes
from verivita.features.postings import ImportRun, Refused
from verivita.features.search import PostingFilters, SortBy


class TestShell:
    def test_an_unknown_theme_is_the_systems_choice(self) -> None:
        assert show_rest.shell("jobs", theme="pink").theme == ""
        assert show_rest.shell("jobs", theme="dark").theme == "dark"


class TestErrors:
    def test_a_refusal_keeps_its_sentence_and_its_fields(self) -> None:
        error = Invalid("invalid", "The page must be 1 or more.", errors=[FieldError("page", "must be from 1")])
        view = show_rest.error_view(422, error, "req-1")
        assert view.text == "The page must be 1 or more."
        assert view.errors == (("page", "must be from 1"),)
        assert "req-1" in render.render("error.html", {"view": view, "shell": SHELL})

    def test_a_limit_says_when_to_come_back(self) -> None:
        assert show_rest.error_view(429, LimitReached(message="Slow down.", retry_after=12.4)).text.endswith(
            "12 seconds."
        )

    def test_every_status_has_a_title(self) -> None:
        assert show_rest.error_view(418, NotFound("pot")).title == show_rest.TITLES[400]
        assert show_rest.error_view(599, NotFound("pot")).title == show_rest.TITLES[500]


class TestRuns:
    def test_counts_that_are_not_zero_and_the_first_refusals(self) -> None:
        refused = tuple(Refused(f"line {i}", "no title") for i in range(60))
        run = ImportRun(RunId(UUID(int=1)), "file", "succeeded", fetched=100, new=40, refused=refused, refused_count=60)
        view = show_rest.run_view(run)
        assert view.counts == (("read", 100), ("new", 40), ("refused", 60))
        assert len(view.refused) == 50
        assert view.refused_more == 10


class TestSettings:
    def test_wishes_are_shown_as_they_are(self) -> None:
        wishes = Wishes(("remote",), ("US", "CA"), 150000, "USD", True, 0.125)
        fields = {field.name: field for field in show_rest.settings_view(wishes).wishes}
        assert fields["countries"].value == "US, CA"
        assert fields["minimum_pay"].value == "150000"
        assert fields["max_travel_share"].value == "12.5"
        assert [option.value for option in fields["needs_visa"].options if option.checked] == ["yes"]
        assert [option.value for option in fields["location_types"].options if option.checked] == ["remote"]

    def test_a_refused_form_keeps_the_words_and_says_what_is_wrong(self) -> None:
        view = show_rest.settings_view(
            Wishes(), given={"minimum_pay": "lots"}, errors=[FieldError("minimum_pay", "This is not a number.")]
        )
        page = render.render("settings.html", {"view": view, "shell": SHELL})
        assert 'value="lots"' in page
        assert "This is not a number." in page
        assert view.error_count == 1


class TestFilterBar:
    def test_menus_say_what_is_on(self) -> None:
        menus = {
            menu.name: menu
            for menu in show_search.filter_menus(
                PostingFilters(level=("mid", "senior"), posted_after_days=14), ["fairline"]
            )
        }
        assert menus["level"].summary == "Level: middle, senior"
        assert menus["posted"].summary == "Posted: last 14 days"
        assert not menus["location_type"].on
        assert [option.value for option in menus["sources"].options] == ["fairline"]

    def test_one_order_is_chosen(self) -> None:
        assert [option.value for option in show_search.sort_options(SortBy.POSTED) if option.checked] == ["posted_date"]

    def test_pages_keep_the_search(self) -> None:
        links = show_search.page_links(Page(list(range(20)), 38, 1, 20), "ml", {"sort": "posted_date"})
        assert links.label == "1–20 of 38"
        assert links.previous is None
        assert links.next == "/jobs?q=ml&sort=posted_date&page=2"
        assert links.next_label == "Next 18"
        last = show_search.page_links(Page(list(range(18)), 38, 2, 20), "ml", {})
        assert last.next is None
        assert last.previous == "/jobs?q=ml&page=1"
        assert show_search.page_links(Page([], 0, 1, 20), "", {}).label == "0 of 0"

    def test_several_values_of_a_filter_are_each_kept(self) -> None:
        links = show_search.page_links(Page(list(range(20)), 38, 1, 20), "", {"level": ("mid", "senior")})
        assert links.next == "/jobs?level=mid&level=senior&page=2"

    def test_nothing_found_names_the_way_on(self) -> None:
        assert (
            "Without “1–50 people” there are 61 jobs"
            in show_search.nothing_found(("1–50 people", 61, "/jobs?q=x")).text
        )
        assert "there is 1 job." in show_search.nothing_found(("x", 1, "/jobs")).text
        assert show_search.nothing_found(None).primary is not None
        assert show_search.no_jobs().links == ()
        assert show_search.no_jobs("/example").links[0].href == "/example"
