"""Run-time dependencies: lock, licences, bill of materials, known weaknesses.

python .ci/supply_chain.py lock       write .ci/runtime-constraints.txt from this environment
python .ci/supply_chain.py licences   print name, version and licence of each
python .ci/supply_chain.py sbom       print a bill of materials (CycloneDX) without addresses
python .ci/supply_chain.py audit      run pip-audit --strict on the lock
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

LOCK = Path(__file__).parent / "runtime-constraints.txt"
EXTRAS = ("cli", "cohort", "pacs", "workstation")
#: What pip-audit says where it cannot reach its database.
UNREACHABLE = re.compile(r"Connection|connect|Max retries|resolve|timed out|Temporary failure|50\d")


def distributions() -> dict[str, metadata.Distribution]:
    """Return every distribution that the program needs at run time, by its normal name."""
    from packaging.requirements import Requirement

    own = _own_requirements()
    found: dict[str, metadata.Distribution] = {}
    open_ones = [(normal(r.name), frozenset(r.extras)) for r in map(Requirement, own)]
    seen: set[tuple[str, frozenset[str]]] = set()
    while open_ones:
        name, extras = open_ones.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        if name == "spinedce":
            continue
        try:
            one = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            print(f"{name} is not installed; it is left out.", file=sys.stderr)
            continue
        found[normal(name)] = one
        for text in one.requires or ():
            requirement = Requirement(text)
            marker = requirement.marker
            if marker is None or any(marker.evaluate({"extra": e}) for e in extras | {""}):
                open_ones.append((normal(requirement.name), frozenset(requirement.extras)))
    return dict(sorted(found.items()))


def _own_requirements() -> list[str]:
    """Return what pyproject.toml asks for at run time; the installed record may be older."""
    import tomllib

    text = (Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(text)["project"]
    extras = project["optional-dependencies"]
    return [*project["dependencies"], *(line for extra in EXTRAS for line in extras[extra])]


def normal(name: str) -> str:
    """Return a name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def licence(one: metadata.Distribution) -> str:
    """Return the licence that a distribution states."""
    stated = one.metadata.get("License-Expression") or ""
    classifiers = [
        c.rpartition(" :: ")[2]
        for c in one.metadata.get_all("Classifier") or ()
        if "License ::" in c
    ]
    short = (one.metadata.get("License") or "").strip().splitlines()
    found = stated or " or ".join(classifiers) or (short[0][:80] if short else "")
    return found if found and "://" not in found else "stated in its files"


def content_digest(one: metadata.Distribution) -> str:
    """Return a digest over the digests of the installed files, which their installer recorded."""
    lines = [f"{f} {f.hash.value}" for f in one.files or () if f.hash is not None]
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def sbom() -> str:
    """Return the bill of materials."""
    components = [
        {
            "type": "library",
            "name": name,
            "version": one.version,
            "licenses": [{"license": {"name": licence(one)}}],
            "hashes": [{"alg": "SHA-256", "content": content_digest(one)}],
        }
        for name, one in distributions().items()
    ]
    bill = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": components}
    return json.dumps(bill, indent=1)


def audit() -> int:
    """Run pip-audit; report a database that cannot be reached as skipped."""
    done = _pip_audit("--strict")
    told = done.stdout + done.stderr
    if done.returncode and "No module named pip_audit" in told:
        print("skipped: pip-audit is not installed")
        return 0
    silent = "could not be audited" in told and not _knows_any()
    if done.returncode and (silent or ("vulnerabilit" not in told and UNREACHABLE.search(told))):
        print("skipped: pip-audit cannot reach its database")
        return 0
    print(told)
    return done.returncode


def _pip_audit(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pip_audit", "--no-deps", "--disable-pip", "-r", str(LOCK)]
    return subprocess.run([*command, *options], capture_output=True, text=True, check=False)


def _knows_any() -> bool:
    """Return whether the database knows a dependency; a mirror of packages has no database."""
    try:
        found = json.loads(_pip_audit("--format", "json").stdout)["dependencies"]
    except (ValueError, LookupError, TypeError):
        return False
    return any("skip_reason" not in one for one in found)


def main(arguments: list[str]) -> int:
    """Run one of the actions."""
    action = arguments[0] if arguments else ""
    if action == "lock":
        lines = [f"{name}=={one.version}" for name, one in distributions().items()]
        LOCK.write_text("\n".join(lines) + "\n", encoding="utf-8")
    elif action == "licences":
        for name, one in distributions().items():
            print(f"{name}\t{one.version}\t{licence(one)}")
    elif action == "sbom":
        print(sbom())
    elif action == "audit":
        return audit()
    else:
        print(__doc__)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
