"""Skills: their names, aliases and kinds, and where a text shows them. Face of the engine."""

from verivita.engines.skills.extract import by_kind, extract
from verivita.engines.skills.model import Skill, SkillKind, SkillMention
from verivita.engines.skills.taxonomy import Taxonomy, load_taxonomy

__all__ = ["Skill", "SkillKind", "SkillMention", "Taxonomy", "by_kind", "extract", "load_taxonomy"]
