"""Settings file of the nodes: none by default, no secrets in clear, nothing that cannot work."""

import json
import sys
from types import SimpleNamespace

import pytest
from SpineDCELib.cli import main
from SpineDCELib.errors import InputError
from SpineDCELib.network.nodes import (
    Node,
    nodes_file,
    read_network,
    secret_of,
    study_address,
)


def write(home, content):
    home.mkdir(parents=True, exist_ok=True)
    (home / "pacs.json").write_text(content if isinstance(content, str) else json.dumps(content))


def test_there_is_no_node_until_one_is_configured(home, capsys):
    assert dict(read_network().nodes) == {}
    assert main(["pacs", "nodes", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert listed["nodes"] == []
    assert listed["file"] == str(nodes_file())
    assert not nodes_file().exists()


@pytest.mark.parametrize(
    ("node", "code"),
    [
        ({"host": "h", "ae_title": "A", "password": "x"}, "secret_in_settings"),
        ({"url": "https://h/d", "Token": "x"}, "secret_in_settings"),
        ({"url": "https://me:secret@h/d"}, "invalid_node"),
        ({"url": "http://hospital/d", "login": "basic", "user": "me"}, "login_not_encrypted"),
        ({"url": "ftp://h/d"}, "invalid_node"),
        ({"host": "h"}, "invalid_node"),
        ({"ae_title": "A"}, "invalid_node"),
        ({"host": "h", "ae_title": "SEVENTEEN_LETTERS"}, "invalid_node"),
        ({"host": "h", "ae_title": "A", "port": 70000}, "invalid_node"),
        ({"host": "h", "ae_title": "A", "timeout": 0}, "invalid_node"),
        ({"host": "h", "ae_title": "A", "retrieve": "ftp"}, "invalid_node"),
        ({"host": "h", "ae_title": "A", "prot": 3}, "unknown_setting"),
        ({"host": "h", "ae_title": "A", "port": "104"}, "wrong_type"),
    ],
)
def test_a_node_that_cannot_work_is_refused(home, node, code):
    write(home, {"nodes": {"one": node}})
    with pytest.raises(InputError) as error:
        read_network()
    assert error.value.code == code


def test_earlier_visits_are_looked_for_in_a_node_that_is_configured_and_in_none_by_default(home):
    assert read_network().serve.archive == ""
    node = {"host": "h", "ae_title": "A"}
    write(home, {"nodes": {"one": node}, "serve": {"archive": "one"}})
    assert read_network().serve.archive == "one"
    write(home, {"nodes": {"one": node}, "serve": {"archive": "two"}})
    with pytest.raises(InputError) as error:
        read_network()
    assert (error.value.code, error.value.about) == ("no_such_node", "two")


@pytest.mark.parametrize("text", ["{", "[]", '{"nodes": []}', '{"own": {"ae_title": ""}}'])
def test_a_damaged_file_is_an_error(home, text):
    write(home, text)
    with pytest.raises(InputError):
        read_network()


def test_a_secret_comes_from_the_environment_or_the_keyring(home, monkeypatch):
    node = Node(name="my-web", url="https://h/d", login="token")
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(InputError) as error:
        secret_of(node)
    assert error.value.code == "no_secret"
    found = SimpleNamespace(get_password=lambda service, user: f"{service} {user}")
    monkeypatch.setitem(sys.modules, "keyring", found)
    assert secret_of(node) == "spinedce my-web"
    monkeypatch.setenv("SPINEDCE_PACS_MY_WEB", "from the environment")
    assert secret_of(node) == "from the environment"


def test_an_address_names_a_node_and_a_study():
    assert study_address("pacs:hospital/1.2.3") == ("hospital", "1.2.3")
    assert study_address("/data/pacs:x") is None
    for rest in ("", "/1.2", "n/", "n/../../etc", "n/1.2/3", "n/1..2"):
        with pytest.raises(InputError) as error:
            study_address(f"pacs:{rest}")
        assert error.value.code == "invalid_address"
