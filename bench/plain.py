"""Words compared without what layout does to them."""

from __future__ import annotations

import re


def squash(text: str) -> str:
    """Letters and digits, with quotes and dashes made one kind; blanks and line-end hyphens gone."""
    text = re.sub(r"-\n", "", text)
    text = text.translate(str.maketrans("’‘“”–—−", "''\"\"---"))
    return re.sub(r"[\s-]+", "", text).casefold()
