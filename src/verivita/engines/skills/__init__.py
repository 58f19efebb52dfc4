"""Skills: their names, aliases and kinds, and where a text shows them. Face of the engine."""

from verivita.engines.skills.esco import load_esco_labels, load_occupations
from verivita.engines.skills.extract import by_kind, extract
from verivita.engines.skills.linking import Encoder, Label, Link, Linker
from verivita.engines.skills.model import Skill, SkillKind, SkillMention
from verivita.engines.skills.spans import Layer, Span, SpanTagger, load_tagger
from verivita.engines.skills.taxonomy import Taxonomy, load_taxonomy
from verivita.engines.skills.titles import Occupation, OccupationLinker

__all__ = [
    "Encoder",
    "Label",
    "Layer",
    "Link",
    "Linker",
    "Occupation",
    "OccupationLinker",
    "Skill",
    "SkillKind",
    "SkillMention",
    "Span",
    "SpanTagger",
    "Taxonomy",
    "by_kind",
    "extract",
    "load_esco_labels",
    "load_occupations",
    "load_tagger",
    "load_taxonomy",
]
