"""From models to views: fields, coverage, rows, quotes, folding."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from tests.unit.web.sample_papers import DOC, NOW, document, notes_of, paper, resume_text
from tests.unit.web.samples import match, posting, quote, shown, understanding
from verivita.core.ids import FactId, PostingId
from verivita.entrypoints.web import show_fields, show_job, show_jobs, show_papers
from verivita.features.library import Coverage, DocumentStatus, Fact, FactKind, LineNote, Span
from verivita.features.matching import Band, HardStop, Match, Pair, WishState
from verivita.features.postings import LocationType
from verivita.features.search import LegRun


def fact(
    start: int, end: int, kind: FactKind = FactKind.DUTY, no: int = 1, entry: int | None = None, value: str = "v"
) -> Fact:
    return Fact(FactId(UUID(int=no)), DOC, kind, value, value, Span(start, end, 1), "experience", entry)


class TestPaperView:
    def test_lines_are_put_together_again_without_loss(self) -> None:
        text = resume_text()
        for line, words in zip(paper().lines, text.split("\n"), strict=True):
            assert "".join(piece.text for piece in line.pieces) == line.text == words

    def test_of_facts_that_overlap_the_outer_one_is_lit_and_the_inner_leads_to_its_line(self) -> None:
        view = paper()
        skills = next(group for group in view.groups if group.title == "Skills and languages").fields
        pytorch = next(value for field in skills for value in field.values if value.text == "PyTorch")
        assert pytorch.href == "#line9"
        assert pytorch.at == "line 9"

    def test_skills_that_the_paper_names_stand_before_those_it_tells_of(self) -> None:
        text = "Go, SQL, Rust\n" + "x" * 100 + "\nTaught SQL and sewing to beginners"
        places = ((0, 2, "go"), (4, 7, "sql"), (9, 13, "rust"), (122, 125, "sql"), (130, 136, "sewing"))
        facts = [fact(s, e, FactKind.SKILL, no=i + 1, value=v) for i, (s, e, v) in enumerate(places)]
        view = show_papers.paper_view(document(), text, Coverage(1, 1, notes_of(text)), tuple(facts))
        (group,) = [group for group in view.groups if group.title == "Skills and languages"]
        assert [(field.key, [value.text for value in field.values]) for field in group.fields] == [
            ("Skills", ["go", "sql", "rust"]),
            ("In sentences", ["sewing"]),
        ]

    def test_a_fact_outside_the_text_is_not_lit(self) -> None:
        notes = (LineNote(0, 0, 4, 1, True, "text"),)
        view = show_papers.paper_view(document(), "four", Coverage(1, 1, notes), (fact(2, 2), fact(3, 99, no=2)))
        assert all(piece.no is None for piece in view.lines[0].pieces)

    def test_a_fact_over_two_lines_is_lit_in_the_first(self) -> None:
        notes = (LineNote(0, 0, 3, 1, True, "text"), LineNote(1, 4, 7, 1, True, "text"))
        view = show_papers.paper_view(document(), "one\ntwo", Coverage(2, 2, notes), (fact(0, 7),))
        assert [piece.no for line in view.lines for piece in line.pieces] == [1, None]

    def test_a_page_out_of_range_is_the_nearest(self) -> None:
        assert paper(document=document(pages=2), page=9).page == 2
        assert paper(document=document(pages=2), page=0).page == 1

    @pytest.mark.parametrize("code", ["password", "only_pictures", "too_large", "damaged", "something_new", None])
    def test_a_failed_paper_always_says_what_to_do(self, code: str | None) -> None:
        note = show_papers.failure(document(status=DocumentStatus.FAILED, error_code=code))
        assert note is not None
        assert note.title
        assert note.text

    def test_rows_of_the_list_say_their_state(self) -> None:
        said = [
            show_papers.paper_row(document(**change), NOW).state
            for change in (
                {},
                {"understood_lines": 62},
                {"status": DocumentStatus.QUEUED},
                {"status": DocumentStatus.FAILED, "error_code": "too_large"},
            )
        ]
        assert said == ["1 line to look at", "read", "being read", "too large"]


class TestCoverage:
    def test_long_papers_share_ticks_and_one_unknown_line_opens_its_tick(self) -> None:
        notes = tuple(LineNote(i, i, i + 1, 1, i != 777, "text") for i in range(1910))
        view = show_papers.coverage_view(Coverage(1909, 1910, notes))
        assert len(view.ticks) == 382
        assert sum(not tick.understood for tick in view.ticks) == 1
        assert view.label == "1,910 lines; 1 line was not understood"

    def test_all_understood(self) -> None:
        assert show_papers.coverage_view(Coverage(1, 1, notes_of("a"))).label == "1 line; all were understood"


class TestFields:
    @pytest.mark.parametrize(
        ("value", "said"),
        [
            ("2021-03/", "March 2021 to now"),
            ("2019-07/2022-02", "July 2019 to February 2022"),
            ("/2022-02", "until February 2022"),
            ("2019", "2019"),
            ("2019/2020", "2019 to 2020"),
            ("2019-13/", "2019-13 to now"),
        ],
    )
    def test_dates(self, value: str, said: str) -> None:
        assert show_fields.said_dates(value) == said

    def test_each_job_has_its_own_group_in_order_of_reading(self) -> None:
        titles = [group.title for group in paper().groups]
        assert titles == ["Person", "Experience", "Experience", "Education", "Skills and languages"]

    def test_lines_of_a_job_are_counted_once(self) -> None:
        facts = (fact(0, 4, entry=1), fact(0, 2, FactKind.METRIC, 2, 1), fact(6, 9, no=3, entry=1))
        groups = show_fields.field_groups(facts, {}, [(0, 5, 1), (6, 9, 2)], "/papers/7", 1, 1)
        assert groups[0].fields[0].values[0].text == "2 lines"


class TestRows:
    def test_without_a_paper_there_is_no_score(self) -> None:
        row = show_jobs.job_row(posting(), None, NOW)
        assert row.band.number is None
        assert row.why == "drop a resume to see how you stand"

    def test_a_shown_number_never_lies_above_its_band(self) -> None:
        text = posting().understood.description
        assert show_jobs.band_view(match(text, overall=74.96, band=Band.GOOD)).number == 74

    def test_must_haves_are_counted_from_the_pairs(self) -> None:
        text = posting().understood.description
        assert show_jobs.why(posting(), match(text)) == "6 of 7 must-haves · no proof: Kubernetes"
        assert show_jobs.why(posting(), match(text, pairs=())) == "1 of 2 skills · no proof: Kubernetes"
        bare = match(text, pairs=(), matched_skills=(), missing_skills=())
        assert show_jobs.why(posting(), bare) == "no must-haves are said"

    @pytest.mark.parametrize(
        ("location", "kind", "said"),
        [
            ("Remote, US", LocationType.REMOTE, "Remote, US"),
            ("Leeds", LocationType.HYBRID, "Hybrid, Leeds"),
            ("Leeds", LocationType.ONSITE, "Leeds"),
            ("", LocationType.UNKNOWN, "place not said"),
            ("", LocationType.REMOTE, "Remote"),
        ],
    )
    def test_place(self, location: str, kind: LocationType, said: str) -> None:
        assert show_jobs.place_of(posting(location=location, location_type=kind, country=None)) == said

    def test_hard_stops(self) -> None:
        hit = HardStop("pay", WishState.NOT_MET, True, "below")
        unsaid = HardStop("visa", WishState.NOT_SAID, False, "not said")
        assert show_jobs.stops_line((hit, unsaid)) == "1 hard stop hit."
        assert show_jobs.stops_line((unsaid,)) == "None hit. Not said: visa help."
        assert show_jobs.stops_line(()) == "None hit."
        assert show_jobs.stop_row(hit).loud

    def test_preview_puts_what_is_missing_first(self) -> None:
        view = show_jobs.preview_view(posting(), match(posting().understood.description))
        assert view.musts[0].label == "Kubernetes"
        assert view.must_title == "Must-haves, 6 of 7"

    def test_preview_of_an_unscored_job_says_why(self) -> None:
        unscored = Match(PostingId(UUID(int=1)), None, Band.NONE, (), (), (), reason="too short")
        assert show_jobs.preview_view(posting(), unscored).reason == "too short"

    def test_legs_that_ran_and_those_that_are_down(self) -> None:
        legs = (
            LegRun("lexical", True, 4.0),
            LegRun("dense", False, 0.0, why_not="no answer"),
            LegRun("rerank", False, 0.0),
        )
        assert show_jobs.legs_text(legs) == ("words, 4 ms", "Search by meaning is down: no answer.")
        assert show_jobs.legs_text(()) == ("", "")

    def test_removing_a_reading_keeps_the_other_words(self) -> None:
        views = show_jobs.understood_views(understanding())
        assert views[2].remove_url == "/jobs?q=remote+ML+engineer+startups+rockstar"
        assert show_jobs.search_url("", page=2, level=None) == "/jobs?page=2"
        assert show_jobs.search_url("") == "/jobs"


class TestQuotes:
    TEXT = "Intro line.\n\n- You know Python, and more Python.\n- Second"

    def test_the_line_around_the_quote_is_shown_without_its_bullet(self) -> None:
        view = show_job.asked_quote(quote(self.TEXT, "Python"), self.TEXT, "Python")
        assert (view.before, view.mark, view.after) == ("You know ", "Python", ", and more Python.")
        assert view.where == "paragraph 2"

    def test_a_whole_line_gets_its_label_marked(self) -> None:
        view = show_job.asked_quote(quote(self.TEXT, "- You know Python, and more Python."), self.TEXT, "python")
        assert view.mark == "Python"

    def test_a_label_is_marked_only_as_a_whole_word(self) -> None:
        assert show_job.emphasised("Going to Django", "Go", "", "").mark == ""

    def test_a_very_long_line_is_cut_at_words_around_the_mark(self) -> None:
        text = "word " * 200 + "Kubernetes" + " word" * 200
        view = show_job.asked_quote(quote(text, "Kubernetes"), text, "Kubernetes")
        assert view.mark == "Kubernetes"
        assert view.before.startswith("… ")
        assert view.after.endswith(" …")
        assert len(view.before + view.mark + view.after) < 320

    def test_a_long_line_without_a_mark_keeps_its_start(self) -> None:
        view = show_job.emphasised("start " + "word " * 200, "", "", "")
        assert view.before.startswith("start")
        assert view.before.endswith("…")

    def test_the_kept_copy_is_word_for_word(self) -> None:
        text = posting().understood.description
        shown_text = [
            " ".join("".join(piece.text for piece in par.pieces).split()) for par in show_job.paragraphs(text, ())
        ]
        kept = [" ".join(line.lstrip("- ").split()) for line in text.split("\n") if line.strip()]
        assert shown_text == kept

    def test_quotes_that_overlap_are_lit_once(self) -> None:
        pairs = (
            Pair("skill", "a", True, WishState.MET, quote("one two three", "one two"), ()),
            Pair("skill", "b", True, WishState.MET, quote("one two three", "two three"), ()),
        )
        pieces = show_job.paragraphs("one two three", pairs)[0].pieces
        assert "".join(piece.text for piece in pieces) == "one two three"


class TestFolding:
    def test_eight_pairs_stay_open(self) -> None:
        pairs = [show_job.pair_view(Pair("skill", str(i), True, WishState.MET, None, ()), i, "") for i in range(9)]
        assert [len(part) for part in show_job.fold(pairs[:8])] == [8, 0]
        assert [len(part) for part in show_job.fold(pairs)] == [5, 4]

    def test_not_met_ones_are_never_folded(self) -> None:
        pairs = [show_job.pair_view(Pair("skill", str(i), True, WishState.NOT_MET, None, ()), i, "") for i in range(12)]
        assert show_job.fold(pairs)[1] == ()

    def test_evidence_is_at_most_three_lines(self) -> None:
        line = shown("Built the")
        lines = tuple(replace(line, text=f"{line.text} {n // 2}") for n in range(8))
        texts = [
            quote.before
            for quote in show_job.pair_view(Pair("skill", "x", True, WishState.MET, None, lines), 1, "").shown
        ]
        assert texts == [f"{line.text} {n}" for n in range(3)]

    def test_the_title_is_asked_by_the_posting_itself(self) -> None:
        view = show_job.pair_view(Pair("title", "Analyst", False, WishState.PARTLY, None, ()), 1, "")
        assert view.asked is not None
        assert (view.tag, view.asked.mark, view.asked.where) == ("title", "Analyst", "its title")
