"""Looks for known vulnerabilities in the versions that constraints.txt pins: `make audit-dependencies`.

One that is found fails. Where there is no network, or the index knows nothing of vulnerabilities, a line says that the
audit was skipped, and why: a gate without a network is to hold too, but not to look as if it had looked.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PIP_AUDIT = "pip-audit==2.10.1"
CONSTRAINTS = Path(__file__).parents[1] / "constraints.txt"
OPTIONS = ("--no-deps", "--disable-pip", "--progress-spinner=off", "--timeout=15", "--format=json")
NETWORK = ("ConnectionError", "Timeout", "ServiceError", "HTTPError", "NameResolution")
"""What pip-audit's last words have in them where its database can't be reached."""


def install(folder: Path) -> list[str]:
    """Makes an environment in the folder and returns the command of pip-audit in it.

    Raises:
        ConnectionError: It can't be had.
    """
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    command = [
        str(folder / "bin" / "python"),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        PIP_AUDIT,
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise ConnectionError(f"{PIP_AUDIT} can't be installed ({_last_line(done.stderr)})")
    return [str(folder / "bin" / "pip-audit")]


def audit(pip_audit: Sequence[str]) -> tuple[int, str]:
    """An exit code and what is to be said."""
    done = subprocess.run([*pip_audit, "--requirement", str(CONSTRAINTS), *OPTIONS], capture_output=True, text=True)
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        if any(word in done.stderr for word in NETWORK):
            return 0, f"Skipped: the database of vulnerabilities can't be reached ({_last_line(done.stderr)})."
        return 1, f"pip-audit failed ({_last_line(done.stderr)})."
    return _judge(packages)


def _judge(packages: Sequence[dict[str, Any]]) -> tuple[int, str]:
    found = [_describe(package) for package in packages if package.get("vulns")]
    unknown = sum("skip_reason" in package for package in packages)
    if found:
        return 1, "\n".join([f"Known vulnerabilities in {CONSTRAINTS.name}:", *found])
    if unknown == len(packages):
        return 0, f"Skipped: the package index here knows nothing of vulnerabilities in the {unknown} packages."
    rest = f" {unknown} more are not known to the database." if unknown else ""
    return 0, f"No known vulnerability in {len(packages) - unknown} packages.{rest}"


def _describe(package: dict[str, Any]) -> str:
    ids = ", ".join(
        f"{each['id']} (mended in {', '.join(each['fix_versions']) or 'no version yet'})" for each in package["vulns"]
    )
    return f"  {package['name']} {package['version']}: {ids}"


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["no message"])[-1].removeprefix("ERROR: ")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            code, text = audit(install(Path(folder)))
        except ConnectionError as error:
            code, text = 0, f"Skipped: {error}."
    sys.stdout.write(f"{text}\n")
    sys.exit(code)


if __name__ == "__main__":
    main()
