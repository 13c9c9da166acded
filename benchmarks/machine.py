"""What the figures were made on, in general terms."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("numpy", "torch", "pyarrow")
GIB = 2**30


def machine() -> str:
    """Processor, cores, memory and versions, in one line. Linux only."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIB
    packages = ", ".join(f"{package} {version(package)}" for package in PACKAGES)
    system = f"{processor()}, {os.cpu_count()} cores, {memory:.0f} GiB"
    return f"{system}; Python {platform.python_version()}, {packages}; one thread"


def processor() -> str:
    """The processor's model as Linux knows it."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.machine()
