"""Reading order of made-up pages."""

from verivita.engines.reading.columns import reading_order
from verivita.engines.reading.layout import Glyph, Piece, pieces_of


def piece(text, left, base, size=10.0, bold=False, width=None):
    return Piece(text, left, left + (width if width is not None else len(text) * size * 0.5), base, size, bold)


def texts(pieces):
    return [row.text for row in reading_order(pieces)]


def test_two_columns_are_read_one_after_the_other():
    left = [piece("Experience", 50, 100, bold=True)]
    left += [piece(f"left words that fill the column {n}", 50, 120 + 14 * n) for n in range(8)]
    right = [piece("Skills", 350, 104, bold=True)] + [piece(f"right skill {n}", 350, 123 + 15 * n) for n in range(7)]
    title = piece("Jane Doe the engineer, a headline that spans both columns of the page", 50, 60, width=500)
    order = texts([title, *left, *right])
    assert order[0].startswith("Jane Doe")
    assert order[1:10] == [p.text for p in left]
    assert order[10:] == [p.text for p in right]


def test_a_column_of_dates_belongs_to_its_entries_and_tears_no_bullet():
    pieces = []
    for n, name in enumerate(("Acme, Engineer", "Bolt, Analyst", "Core, Intern")):
        top = 100 + 90 * n
        pieces += [
            piece(name, 50, top, bold=True),
            piece("• built a long thing that goes to the very edge of its", 55, top + 14),
            piece("column", 62, top + 28),
            piece("Berlin, Germany", 450, top),
            piece(f"Jan 20{10 + n} – Mar 20{11 + n}", 450, top + 14),
        ]
    order = texts(pieces)
    assert order[0] == "Acme, Engineer\tBerlin, Germany"
    assert order[1] == "Jan 2010 – Mar 2011"
    at = order.index("• built a long thing that goes to the very edge of its")
    assert order[at + 1] == "column"


def test_a_table_of_labels_is_read_row_by_row():
    pieces = []
    for n, (label, words) in enumerate(
        (("Status:", "Engineer"), ("Tech:", "Python, Go"), ("Place:", "Bremen"), ("Likes:", "Tea"))
    ):
        pieces += [piece(label, 50, 100 + 16 * n), piece(words + " and more words of that kind", 150, 100 + 16 * n)]
    assert texts(pieces)[0] == "Status:\tEngineer and more words of that kind"


def glyphs(text, left=0.0, step=5.0, width=5.0, base=100.0):
    return [Glyph(c, left + i * step, left + i * step + width, base, 10.0, False) for i, c in enumerate(text)]


def test_words_set_tighter_than_their_font_are_still_apart():
    words, drawn, at = "creating memorable events for all", [], 0.0
    for c in words:
        if c == " ":
            at += 1.9
            continue
        drawn.append(Glyph(c, at, at + 5.0, 100.0, 10.0, False))
        at += 4.4
    assert [p.text for p in pieces_of(drawn)] == [words]


def test_letters_set_apart_are_one_word_and_a_double_drawing_is_one():
    spread = [Glyph(c, i * 11.0, i * 11.0 + 6, 50.0, 10.0, True) for i, c in enumerate("SKILLS")]
    spaced = [
        g
        for pair in zip(spread, [Glyph(" ", g.right, g.right, 50.0, 10.0, True) for g in spread], strict=True)
        for g in pair
    ]
    assert [p.text for p in pieces_of(spaced)] == ["SKILLS"]
    twice = glyphs("Name") + glyphs("Name", left=0.3)
    assert [p.text for p in pieces_of(twice)] == ["Name"]
