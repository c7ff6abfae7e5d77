"""Lock, licences and bill of materials of the run-time dependencies."""

import importlib.util
import json
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

packaging = pytest.importorskip("packaging")
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def chain():
    spec = importlib.util.spec_from_file_location("supply_chain", ROOT / ".ci/supply_chain.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def locked(chain):
    return dict(line.split("==") for line in chain.LOCK.read_text().split())


def test_the_lock_names_every_dependency_and_fits_the_requirements(chain):
    from packaging.requirements import Requirement

    lock = locked(chain)
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    tables = re.findall(
        r"^(dependencies|cli|cohort|pacs|workstation) = \[\n(.*?)^\]", text, re.M | re.S
    )
    assert len(tables) == 5
    for _, table in tables:
        for line in re.findall(r'^\s*"([^"]+)",', table, re.M):
            requirement = Requirement(line)
            if requirement.name != "spinedce":
                version = lock[chain.normal(requirement.name)]
                assert requirement.specifier.contains(version, prereleases=True), line


@pytest.mark.skipif(sys.version_info < (3, 11), reason="reads TOML")
def test_the_bill_of_materials_has_names_versions_hashes_and_no_addresses(chain):
    bill = json.loads(chain.sbom())
    assert bill["bomFormat"] == "CycloneDX"
    assert {"numpy", "pydicom"} <= {c["name"] for c in bill["components"]}
    for component in bill["components"]:
        assert component["version"]
        assert len(component["hashes"][0]["content"]) == 64
        assert component["licenses"][0]["license"]["name"]
    assert "://" not in json.dumps(bill)
    assert "@" not in json.dumps(bill)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="reads TOML")
def test_no_dependency_is_under_the_gpl(chain):
    licences = {name: chain.licence(one) for name, one in chain.distributions().items()}
    assert len(licences) > 20
    assert not {name for name, text in licences.items() if re.search(r"GPL|GNU", text)}


@pytest.mark.parametrize(("known", "expected"), [(["a"], 1), ([], 0)])
def test_a_mirror_without_a_database_is_no_weakness(known, expected, chain, monkeypatch):
    """One dependency that is not found is an error; that none is found is the mirror's fault."""
    dependencies = [
        {"name": n, "vulns": []} if n in known else {"name": n, "skip_reason": "not found"}
        for n in ("a", "b")
    ]

    def run(command, **_):
        if "--strict" in command:
            told = "b: Dependency not found on PyPI and could not be audited: b (1.0)"
            return SimpleNamespace(returncode=1, stdout="", stderr=told)
        return SimpleNamespace(returncode=0, stdout=json.dumps({"dependencies": dependencies}))

    monkeypatch.setattr(chain.subprocess, "run", run)
    assert chain.audit() == expected


@pytest.mark.parametrize(
    ("said", "code", "expected"),
    [
        ("requests.exceptions.ConnectionError: Max retries exceeded", 1, 0),
        ("No module named pip_audit", 1, 0),
        ("Found 1 known vulnerability in 1 package", 1, 1),
        ("Found 2 known vulnerabilities; Connection", 1, 1),
        ("No known vulnerabilities found", 0, 0),
        ("something else broke", 1, 1),
    ],
)
def test_an_audit_fails_by_what_it_finds_and_is_skipped_without_its_database(
    said, code, expected, chain, monkeypatch, capsys
):
    done = SimpleNamespace(returncode=code, stdout=said, stderr="")
    monkeypatch.setattr(chain.subprocess, "run", lambda *_, **__: done)
    assert chain.audit() == expected
    skipped = "skipped" in capsys.readouterr().out
    assert skipped == (code == 1 and expected == 0)
