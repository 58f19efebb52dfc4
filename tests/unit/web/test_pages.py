"""Every page in every state: headings, labels, escaping, and nothing that the Content-Security-Policy forbids."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from starlette.requests import Request

from tests.unit.web.sample_pages import states
from tests.unit.web.samples import HOSTILE, LONG, SHELL, jobs_view
from verivita.entrypoints.web import render
from verivita.entrypoints.web import views as v

STATES = states()
PAGES = {name: render.render(template, context) for name, (template, context) in STATES.items()}
each_page = pytest.mark.parametrize("name", sorted(PAGES))


def request(**headers: str) -> Request:
    raw = [(key.replace("_", "-").encode(), value.encode()) for key, value in headers.items()]
    return Request({"type": "http", "method": "GET", "path": "/", "headers": raw, "query_string": b"", "state": {}})


@each_page
class TestEveryPage:
    def test_has_one_h1_a_title_a_main_and_a_skip_link(self, name: str) -> None:
        tree = HTMLParser(PAGES[name])
        assert len(tree.css("h1")) == 1
        assert tree.css_first("h1").text(strip=True)
        assert tree.css_first("title").text().endswith(" - Verivita")
        assert tree.css_first("a.skip").attributes["href"] == "#main"
        assert tree.css_first("main#main") is not None

    def test_obeys_the_content_security_policy(self, name: str) -> None:
        tree = HTMLParser(PAGES[name])
        assert tree.css("style") == []
        for node in tree.css("*"):
            names = set(node.attributes)
            assert "style" not in names, node.html
            assert not [key for key in names if key.startswith("on") or key.startswith("hx-on")], node.html
        for script in tree.css("script"):
            assert script.attributes.get("src", "").startswith("/static/")
            assert not script.text(strip=True)
        for node in tree.css("[href], [src], [action]"):
            for key in ("href", "src", "action"):
                assert not (node.attributes.get(key) or "").strip().lower().startswith(("javascript:", "data:")), (
                    node.html
                )

    def test_every_field_has_a_label_and_every_form_that_writes_carries_the_token(self, name: str) -> None:
        tree = HTMLParser(PAGES[name])
        labels = {label.attributes.get("for") for label in tree.css("label")}
        for field in tree.css("input, select, textarea"):
            kind = field.attributes.get("type")
            if kind in ("hidden", "submit"):
                continue
            wrapped = field.parent is not None and field.parent.tag == "label"
            assert wrapped or field.attributes.get("id") in labels, field.html
        wanted = SHELL.csrf if not name.startswith("signin") else None
        for form in tree.css("form[method='post']"):
            token = form.css_first("input[name='csrf']")
            assert (token.attributes["value"] if token else None) == wanted, form.html

    def test_ids_are_unique_and_every_reference_has_its_target(self, name: str) -> None:
        tree = HTMLParser(PAGES[name])
        ids = [node.attributes["id"] for node in tree.css("[id]")]
        assert len(ids) == len(set(ids)), sorted(i for i in ids if ids.count(i) > 1)
        for key in ("aria-labelledby", "aria-describedby", "for"):
            for node in tree.css(f"[{key}]"):
                assert set((node.attributes[key] or "").split()) <= set(ids), node.html
        for use in tree.css("use"):
            assert use.attributes["href"].removeprefix("#") in ids

    def test_has_at_most_one_primary_button_and_no_skipped_heading(self, name: str) -> None:
        tree = HTMLParser(PAGES[name])
        primary = [node for node in tree.css("main .btn-primary")]
        assert len(primary) <= 1, [node.html for node in primary]
        levels = [int(node.tag[1]) for node in tree.css("main h1, main h2, main h3, main h4")]
        assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False)), levels


class TestHostileText:
    @each_page
    def test_never_becomes_markup(self, name: str) -> None:
        tree = HTMLParser(PAGES[name])
        assert tree.css("img") == []
        assert "<script>alert" not in PAGES[name]

    @pytest.mark.parametrize("name", ["start-hostile", "job-hostile", "add-errors", "settings-errors"])
    def test_is_shown_word_for_word(self, name: str) -> None:
        tree = HTMLParser(PAGES[name])
        values = [node.attributes.get("value") or "" for node in tree.css("input")]
        assert HOSTILE in tree.text() + " ".join(values)

    def test_of_a_document_chooses_its_own_direction(self) -> None:
        line = HTMLParser(PAGES["start-hostile"]).css_first(".pline p")
        assert line.attributes["dir"] == "auto"

    def test_a_posting_with_a_script_address_gets_no_link(self) -> None:
        assert "javascript:" not in PAGES["job-hostile"]

    def test_the_token_cannot_break_out_of_its_attribute(self) -> None:
        body = HTMLParser(PAGES["jobs"]).css_first("body")
        assert json.loads(body.attributes["hx-headers"] or "") == {"X-CSRF-Token": SHELL.csrf}


class TestStartPage:
    def test_empty_offers_a_drop_zone_and_the_example(self) -> None:
        tree = HTMLParser(PAGES["start-empty"])
        form = tree.css_first("form.drop")
        assert form.attributes["enctype"] == "multipart/form-data"
        assert form.css_first("input[type='file']") is not None
        assert tree.css_first("form[action='/example'] button").text() == "Try with an example person"

    def test_each_field_leads_to_its_place(self) -> None:
        tree = HTMLParser(PAGES["start-read"])
        ids = {node.attributes["id"] for node in tree.css("[id]")}
        links = [node.attributes["href"] or "" for node in tree.css(".read-row a")]
        assert len(links) > 10
        assert all(link.removeprefix("#") in ids for link in links)

    def test_numbers_at_the_fields_are_those_in_the_document(self) -> None:
        tree = HTMLParser(PAGES["start-read"])
        lit = {node.attributes["id"]: node.text() for node in tree.css(".lit[id]")}
        rows = [row for row in tree.css(".read-row") if row.css_first(".read-no").text()]
        for row in rows:
            place = lit["p" + row.css_first(".read-no").text()]
            assert place.endswith(row.css_first(".read-no").text())
        assert "Mina Tarrow" in lit["p1"]

    def test_ticks_agree_with_the_count(self) -> None:
        tree = HTMLParser(PAGES["start-read"])
        said = re.match(r"(\d+) of (\d+) lines", tree.css_first("#cov").text())
        assert said is not None
        assert len(tree.css(".ticks .y")) == int(said[1])
        assert len(tree.css(".ticks rect")) == int(said[2]) == len(tree.css(".pline"))

    def test_a_line_that_was_not_understood_is_asked_about_with_its_words(self) -> None:
        note = HTMLParser(PAGES["start-read"]).css_first(".note-weak")
        assert "Epée, B-Kader 2014-17, RWS Nord" in note.text()
        assert note.css_first("form").attributes["action"].startswith("/papers/7/lines/")

    def test_reading_shows_how_far_and_a_way_to_stop(self) -> None:
        block = HTMLParser(PAGES["start-loading"]).css_first(".progress")
        assert "412 of 1,910 lines" in block.text()
        assert block.css_first("progress").attributes["value"] == "412"
        assert block.attributes["data-events"] == "/t/1/events"
        assert block.css_first("form").attributes["action"] == "/t/1/stop"

    def test_a_long_document_shows_one_page_and_keeps_the_line_numbers(self) -> None:
        tree = HTMLParser(PAGES["start-pages"])
        first = tree.css_first(".pline")
        assert first.attributes["id"] == "line41"
        assert tree.css_first("a[rel='prev']").attributes["href"].endswith("?page=1")
        assert tree.css_first("a[rel='next']") is None
        assert any("?page=1#p1" in (node.attributes["href"] or "") for node in tree.css(".read-at"))

    def test_a_place_that_was_followed_is_lit_once(self) -> None:
        tree = HTMLParser(PAGES["start-pages"])
        assert len(tree.css("#lit")) == 1
        assert tree.css(".pline[data-state='on']")

    def test_failed_says_why_and_the_next_step(self) -> None:
        alert = HTMLParser(PAGES["start-failed"]).css_first("[role='alert']")
        assert "password" in alert.text()


class TestJobsPage:
    def test_shows_what_was_understood_with_a_link_that_removes_it(self) -> None:
        items = HTMLParser(PAGES["jobs"]).css(".understood")
        assert [item.css_first(".said").text() for item in items] == [
            "remote",
            "ML engineer",
            "$150k+",
            "startups",
            "rockstar",
        ]
        assert items[0].css_first("a").attributes["href"] == "/jobs?q=ML+engineer+%24150k%2B+startups+rockstar"
        assert "not used" in items[-1].text()

    def test_rows_have_band_title_reason_pay_and_age(self) -> None:
        row = HTMLParser(PAGES["jobs"]).css_first(".row")
        text = " ".join(row.text().split())
        for part in (
            "Strong 82",
            "Machine Learning Engineer, Forecasting",
            "Nimbrel",
            "6 of 7 must-haves · no proof: Kubernetes",
            "$165–195k",
            "Remote",
        ):
            assert part in text
        assert row.css_first("time").attributes["datetime"]

    def test_a_long_title_keeps_its_whole_text_in_reach(self) -> None:
        titles = {node.attributes.get("title") for node in HTMLParser(PAGES["jobs"]).css(".row-link")}
        assert LONG in titles

    def test_nothing_found_offers_the_filter_that_gives_most(self) -> None:
        empty = HTMLParser(PAGES["jobs-nothing"]).css_first(".empty")
        assert "there are 61" in empty.text()

    def test_a_leg_that_is_down_is_said(self) -> None:
        assert "Search by meaning is down" in PAGES["jobs-degraded"]

    def test_without_a_paper_no_row_claims_a_score(self) -> None:
        bands = {node.text(strip=True) for node in HTMLParser(PAGES["jobs-no-paper"]).css(".row .band b")}
        assert bands == {"Not scored"}

    def test_save_and_hide_appear_only_with_their_addresses(self) -> None:
        assert HTMLParser(PAGES["jobs"]).css_first("#preview [data-key='s']") is not None
        assert HTMLParser(PAGES["jobs-no-paper"]).css_first("#preview [data-key='s']") is None

    def test_search_and_filters_are_one_plain_form(self) -> None:
        form = HTMLParser(PAGES["jobs"]).css_first("form#find")
        assert form.attributes["action"] == "/jobs"
        assert {node.attributes["name"] for node in form.css("[name]")} == {
            "q",
            "source",
            "level",
            "posted",
            "hide",
            "sort",
        }


class TestJobPage:
    def test_must_haves_come_first_and_within_them_what_is_not_met(self) -> None:
        """A wall of unmet extras must not hide what counts; met ones are folded after five."""
        tree = HTMLParser(PAGES["job"])
        tags = [node.text() for node in tree.css("section > .pairs > .pair .pair-head .tag")]
        musts = tags.count("must-have")
        assert tags[:musts] == ["must-have"] * musts
        shown = [node.attributes["data-state"] for node in tree.css("section > .pairs > .pair")]
        assert shown == ["unmet", "met", "met", "met", "met", "met", "part", "unsaid"]
        assert len(tree.css("details .pair")) == 2

    def test_quotes_are_word_for_word_with_the_asked_words_marked(self) -> None:
        pair = HTMLParser(PAGES["job"]).css_first(".pair[data-state='unmet']")
        assert (
            pair.css_first("blockquote").text()
            == "You have run services on Kubernetes and can read a failing pod without help."
        )
        assert pair.css_first("mark").text() == "Kubernetes"

    def test_each_quote_leads_to_its_place(self) -> None:
        job, copy = HTMLParser(PAGES["job"]), HTMLParser(PAGES["job-posting"])
        links = [node.attributes["href"] or "" for node in job.css(".pair figcaption a")]
        asked = [link.split("#")[1] for link in links if "/posting#" in link]
        ids = {node.attributes["id"] for node in copy.css("[id]")}
        assert asked
        assert set(asked) <= ids
        assert any(re.search(r"/papers/[\w-]+\?page=1&lit=\d+-\d+#lit$", link) for link in links)

    def test_an_unsaid_part_shows_a_dash_and_never_zero(self) -> None:
        rows = [" ".join(row.text().split()) for row in HTMLParser(PAGES["job"]).css(".table-plain tbody tr")]
        assert "Title – not said" in [row.replace("Title–", "Title –").replace("–not", "– not") for row in rows]

    def test_hard_stops_stand_apart_with_their_words(self) -> None:
        marks = {node.attributes["aria-label"] for node in HTMLParser(PAGES["job"]).css(".stops .mark")}
        assert marks == {"fine", "hit", "not said"}

    def test_not_scored_says_why(self) -> None:
        assert "too short to score" in PAGES["job-not-scored"]

    def test_closed_says_that_the_copy_is_kept(self) -> None:
        assert "Our copy is kept" in PAGES["job-closed"]

    def test_without_a_paper_the_posting_is_still_in_reach(self) -> None:
        assert HTMLParser(PAGES["job-no-paper"]).css_first(".empty a[href$='/posting']") is not None


class TestOtherPages:
    def test_the_address_field_is_shut_with_its_reason(self) -> None:
        field = HTMLParser(PAGES["add"]).css_first("#f-url")
        assert "disabled" in field.attributes
        assert "Switch on a job source" in HTMLParser(PAGES["add"]).css_first("#f-url-hint").text()

    def test_errors_are_counted_above_and_tied_to_their_field(self) -> None:
        tree = HTMLParser(PAGES["add-errors"])
        field = tree.css_first("#f-text")
        assert field.attributes["aria-invalid"] == "true"
        assert tree.css_first("#" + (field.attributes["aria-describedby"] or "")).text().endswith("at least 30.")
        assert "1 field needs a change" in tree.css_first("[role='alert']").text()

    def test_the_theme_is_set_by_the_server(self) -> None:
        page = render.render(
            "error.html", {"view": v.ErrorView(404, "No", "No."), "shell": replace(SHELL, theme="dark")}
        )
        assert HTMLParser(page).css_first("html").attributes["data-theme"] == "dark"
        assert "data-theme" not in HTMLParser(PAGES["error"]).css_first("html").attributes

    def test_more_than_five_places_fold_into_more(self) -> None:
        nav = tuple(v.NavItem(f"n{i}", f"Place {i}", f"/{i}", "i-jobs") for i in range(7))
        page = HTMLParser(
            render.render("error.html", {"view": v.ErrorView(404, "No", "No."), "shell": v.Shell(nav=nav)})
        )
        assert [node.text() for node in page.css(".nav-more ul a")] == ["Place 4", "Place 5", "Place 6"]

    def test_single_keys_can_be_off(self) -> None:
        page = render.render("error.html", {"view": v.ErrorView(404, "No", "No."), "shell": v.Shell(single_keys=False)})
        assert HTMLParser(page).css_first("body").attributes["data-single-keys"] == "off"


class TestPageAndFragment:
    def test_htmx_gets_the_block_and_a_browser_the_page_that_holds_it(self) -> None:
        context = {"view": jobs_view(), "shell": SHELL}
        whole = render.page(request(), "jobs.html", context, block="results").body.decode()
        part = render.page(request(hx_request="true"), "jobs.html", context, block="results").body.decode()
        assert part.strip().startswith('<div class="stack" id="results">')
        assert part.strip() in whole
        assert "<html" not in part

    @pytest.mark.parametrize("extra", [{"hx_boosted": "true"}, {"hx_history_restore_request": "true"}])
    def test_a_restored_page_is_whole(self, extra: dict[str, str]) -> None:
        answer = render.page(request(hx_request="true", **extra), "jobs.html", {"view": jobs_view()}, block="results")
        assert b"<html" in answer.body

    @pytest.mark.parametrize(
        ("name", "block"),
        [
            ("jobs", "preview"),
            ("start-read", "paper"),
            ("library", "list"),
            ("job", "panel"),
            ("add-run", "result"),
            ("settings", "wishes"),
            ("error", "problem"),
        ],
    )
    def test_every_named_block_stands_alone(self, name: str, block: str) -> None:
        template, context = STATES[name]
        part = render.fragment(request(), template, block, context)
        assert part.body.decode().strip() in PAGES[name]

    def test_answers_carry_the_policy_and_are_not_stored(self) -> None:
        answer = render.page(request(), "signin.html", {"view": v.SignInView("needed")}, status=401)
        assert answer.status_code == 401
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["vary"] == "HX-Request"

    def test_the_shell_may_come_from_the_request(self) -> None:
        asked = request()
        asked.state.shell = SHELL
        assert b"Mina Tarrow" in render.page(asked, "error.html", {"view": v.ErrorView(404, "No", "No.")}).body

    def test_an_unknown_name_in_a_view_is_an_error(self) -> None:
        with pytest.raises(Exception, match="query"):
            render.render("jobs.html", {"view": object(), "shell": SHELL})

    def test_a_toast_swaps_out_of_band_with_its_undo(self) -> None:
        tree = HTMLParser(render.toast_swap(HOSTILE, SHELL, undo_url="/undo"))
        assert tree.css_first("div").attributes["hx-swap-oob"] == "beforeend:#toasts"
        assert tree.css_first("form").attributes["action"] == "/undo"
        assert tree.css("img") == []
        assert "script" not in [node.tag for node in tree.css("*")]

    def test_static_addresses_change_with_their_content(self) -> None:
        assert re.fullmatch(r"/static/app\.css\?v=[0-9a-f]{10}", render.static_url("app.css"))


class TestStaticFiles:
    def test_own_script_is_short_and_never_writes_markup(self) -> None:
        text = (render.STATIC / "app.js").read_text("utf-8")
        assert text.count("\n") < 300
        for word in ("innerHTML =", "outerHTML", "insertAdjacentHTML", "eval(", "document.write", ".style."):
            assert word not in text

    def test_the_style_sheet_reaches_no_other_origin(self) -> None:
        text = (render.STATIC / "app.css").read_text("utf-8")
        assert "url(" not in text
        assert "@import" not in text

    def test_the_vendored_library_has_its_licence_beside_it(self) -> None:
        assert "Zero-Clause BSD" in (render.STATIC / "htmx.LICENSE").read_text("utf-8")
