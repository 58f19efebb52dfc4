"""Guess the language of a question by its smallest words; for saying what can be expected, never for filtering."""

from __future__ import annotations

from verivita.core.text import words

_SMALL = {
    "en": "the of and to in is was were what which who when where how does did do are for with on by from my i have "
    "that this many much why can about it be as at or an a",
    "de": "der die das und ist war was welche welcher welches wer wann wo wie wurde von zu den dem des ein eine einer "
    "mit auf im fur nicht ich mein meine habe wurden hat haben werden sind warum kann uber bei",
    "es": "el la los las de que y es fue en cual cuales quien cuando donde como por para con un una del se al mi mis "
    "yo tengo cuantos cuantas cuanto son fueron qué cómo ha he esta",
    "fr": "le la les de des et est etait qui que quand ou comment dans par pour avec un une du au mon ma mes je ai "
    "quel quelle quels quelles sont combien pourquoi sur ce cette il elle",
    "it": "il lo la gli le di che e è in quale quali chi quando dove come per con un una del della mio mia ho sono "
    "quanti quanto perche era furono nel",
    "pt": "o a os as de que e é em qual quais quem quando onde como por para com um uma do da meu minha eu tenho "
    "quantos foi são no na",
    "nl": "de het een en is was van in wat welke wie wanneer waar hoe door voor met mijn ik heb zijn werd werden op te "
    "niet hoeveel waarom",
}
_SETS = {name: frozenset(words(text)) for name, text in _SMALL.items()}
NAMES = {
    "en": "English",
    "de": "German",
    "es": "Spanish",
    "fr": "French",
    "it": "Italian",
    "pt": "Portuguese",
    "nl": "Dutch",
}


def language_of(text: str) -> str:
    """A code of `NAMES`; `en` where nothing tells, `xx` for a text that is mostly not in Latin letters."""
    letters = [c for c in text if c.isalpha()]
    if letters and sum(ord(c) > 0x24F for c in letters) > len(letters) / 2:
        return "xx"
    said = words(text)
    votes = {name: sum(word in known for word in said) for name, known in _SETS.items()}
    best = max(votes, key=lambda name: votes[name])
    return best if votes[best] > votes["en"] else "en"
