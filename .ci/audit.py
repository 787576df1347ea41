"""Known holes in what is installed, by pip-audit, against the lock: exit 1 for one that `.ci/audit-exceptions.yml` does not name.

Where the index's advisories cannot be reached (some mirrors have none) this is said, and the rest of CI goes on.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
EXCEPTIONS = ROOT / ".ci" / "audit-exceptions.yml"
_PIP_AUDIT = "pip-audit>=2.9,<3"
_WITHIN_SECONDS = 300


@dataclass(frozen=True)
class Verdict:
    """What an audit came to: how many packages were looked up, what is open, and which exceptions nobody needs."""

    audited: int
    open: tuple[str, ...]
    unneeded: tuple[str, ...]


def judge(report: Mapping[str, Any], exceptions: Sequence[Mapping[str, str]]) -> Verdict:
    """Weigh pip-audit's report (JSON) against the exceptions."""
    looked_up = [each for each in report["dependencies"] if "skip_reason" not in each]
    found = [(each["name"], {hole["id"], *hole.get("aliases", ())}, hole["id"]) for each in looked_up for hole in each["vulns"]]
    excused = {(each["package"], each["id"]) for each in exceptions}
    used = {(name, id) for name, ids, _ in found for id in ids if (name, id) in excused}
    open_ = tuple(f"{name}: {id}" for name, ids, id in found if not any((name, each) in excused for each in ids))
    unneeded = tuple(f"{name}: {id}" for name, id in sorted(excused - used)) if looked_up else ()
    return Verdict(len(looked_up), open_, unneeded)


def audit() -> Mapping[str, Any] | None:
    """pip-audit's report; None when it could not make one."""
    export = ["uv", "export", "--frozen", "--quiet", "--no-emit-project", "--no-hashes", "--no-annotate", "--extra", "socketio"]
    with tempfile.TemporaryDirectory() as folder:
        wanted, report = Path(folder) / "requirements.txt", Path(folder) / "report.json"
        wanted.write_bytes(subprocess.run(export, cwd=ROOT, check=True, capture_output=True).stdout)
        options = ["-r", str(wanted), "--no-deps", "--disable-pip", "--progress-spinner", "off", "-f", "json", "-o", str(report)]
        try:
            subprocess.run(["uvx", _PIP_AUDIT, *options], cwd=folder, check=False, capture_output=True, timeout=_WITHIN_SECONDS)
            found: Mapping[str, Any] = json.loads(report.read_text(encoding="utf-8"))
        except (OSError, ValueError, subprocess.TimeoutExpired):
            return None
        return found


def main() -> int:
    """The command."""
    report = audit()
    exceptions = yaml.safe_load(EXCEPTIONS.read_text(encoding="utf-8"))["exceptions"]
    verdict = judge(report, exceptions) if report else Verdict(0, (), ())
    if not verdict.audited:
        print("audit: the index's advisories cannot be reached from here; nothing was audited", file=sys.stderr)
        return 0
    for line in verdict.open:
        print(f"audit: {line}; upgrade it, or name it in {EXCEPTIONS.name} with the reason why it cannot be reached", file=sys.stderr)
    for line in verdict.unneeded:
        print(f"audit: {line} is excused in {EXCEPTIONS.name} and not found any more; take it out", file=sys.stderr)
    print(f"audit: {verdict.audited} packages, {len(exceptions)} exceptions", file=sys.stderr)
    return 1 if verdict.open or verdict.unneeded else 0


if __name__ == "__main__":
    sys.exit(main())
