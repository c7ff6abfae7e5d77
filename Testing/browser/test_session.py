"""Who may see the page, what a second tab does, and what is left after a kill."""

from __future__ import annotations

import re
import subprocess
import time
import urllib.error
import urllib.request

import pytest
from browser.page import Page, Program, sample_home
from SpineDCELib.run.study_work import mark_reviewed, mark_unreviewed

from SpineDCEWidget.browser.sample_patient import is_complete

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return sample_home(tmp_path_factory, "quick")


@pytest.fixture(scope="module")
def program(home):
    running = Program(home)
    yield running
    if running.process.poll() is None:
        running.stop()


def _status(address: str, headers: dict[str, str], data: bytes | None = None) -> int:
    try:
        request = urllib.request.Request(address, headers=headers, data=data)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def _opened(program: Program) -> tuple[str, dict[str, str]]:
    """Return the address of the page for one who has entered the code, and the cookie."""
    base, _, code = program.address.partition("#")
    request = urllib.request.Request(
        f"{base}open", headers={"Origin": base.rstrip("/")}, data=f"code={code}".encode()
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        path = re.search(r"url=(/\S+)/index.html", answer.read().decode())
        cookie = answer.headers["Set-Cookie"].partition(";")[0]
    assert path is not None
    return base.rstrip("/") + path[1], {"Cookie": cookie, "Origin": base.rstrip("/")}


SOCKET = {
    "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}  # fmt: skip


@pytest.mark.parametrize("path", ["/index.html", "/page/plots.js", "/plotly.js", "/files/x"])
def test_nothing_is_served_without_the_code(program, path):
    base = program.base.rstrip("/")
    assert _status(base + "/favicon.ico", {}) == 204
    assert _status(base + path, {}) == 403
    opened, cookie = _opened(program)
    assert _status(opened + path, {}) == 403
    assert _status(base + path, cookie) == 403
    assert _status(opened + "/index.html", cookie) == 200


def test_the_web_socket_is_refused_without_the_cookie_and_from_other_pages(program):
    opened, cookie = _opened(program)
    assert _status(opened + "/ws", SOCKET) == 403
    assert _status(opened + "/ws", SOCKET | {"Cookie": cookie["Cookie"]}) == 403
    foreign = SOCKET | cookie | {"Origin": "http://elsewhere.example"}
    assert _status(opened + "/ws", foreign) == 403
    assert _status(opened + "/index.html", cookie | {"Host": "elsewhere.example"}) == 403


def test_it_listens_on_this_machine_only(program):
    port = int(program.base.split(":")[2].strip("/"))
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with open(table, encoding="ascii") as lines:
            local = [line.split()[1] for line in lines if line.split()[3] == "0A"]
        assert all(a == f"0100007F:{port:04X}" for a in local if a.endswith(f":{port:04X}"))


@pytest.mark.parametrize("name", ["../out.dcm", "/tmp/out.dcm", "a/../../out.dcm", "C:\\out.dcm"])
def test_uploads_out_of_their_folder_are_refused(program, home, name):
    opened, cookie = _opened(program)
    address = f"{opened}/upload/batch?name={urllib.request.quote(name, safe='')}"
    assert _status(address, cookie, b"x") == 400
    assert not list(home.rglob("out.dcm"))


def test_files_outside_the_results_are_not_served(program):
    opened, cookie = _opened(program)
    for path in ("/files/..%2f..%2fetc%2fpasswd", "/page/..%2fserver.py"):
        assert _status(opened + path, cookie) == 404


def test_a_long_step_can_be_cancelled(program):
    page = Page(program.address)
    try:
        page.click("#sample-full")
        page.wait(lambda: page.state("busy"), 60, "the job")
        page.keys("2")
        page.wait(lambda: page.state("step") == 2, 30, "an answer during the job")
        page.click(".cancel")
        page.wait(lambda: not page.state("busy"), 180, "the end of the job")
        assert page.state("visits") == []
        assert page.state("error") == ""
        page.keys("1")
        page.wait(lambda: page.state("step") == 1)
    finally:
        page.quit()


@pytest.mark.long
def test_a_program_that_is_stopped_waits_for_no_long_step(tmp_path):
    program = Program(tmp_path / "home")
    try:
        page = Page(program.address)
        try:
            page.click("#sample-full")
            page.wait(lambda: page.state("busy_step"), 60, "the job")
            program.process.terminate()
            assert program.process.wait(120) == 0
        finally:
            page.quit()
        assert not is_complete(tmp_path / "home" / "sample" / "full")
        assert program.troubles() == []
    finally:
        program.stop()


@pytest.mark.long
def test_a_browser_that_dies_while_it_is_answered_is_no_error(tmp_path_factory):
    program = Program(sample_home(tmp_path_factory, "quick"))
    try:
        page = Page(program.address)
        try:
            page.click("#sample")
            page.opened()
            page.js("for (let i = 0; i < 400; i++) trame.trigger('go_to_step', [1 + i % 5])")
            time.sleep(0.2)
            service = page.driver.service.process
            subprocess.run(["pkill", "-9", "-P", str(service.pid)], check=True)
        finally:
            service.kill()
        # It still serves who comes next.
        again = Page(program.address)
        try:
            again.keys("2")
            again.wait(lambda: again.state("step") == 2)
        finally:
            again.quit()
    finally:
        program.stop()
    assert program.troubles() == []


@pytest.mark.long
def test_work_survives_a_second_tab_and_a_kill(home, program):
    first = Page(program.address)
    try:
        first.click("#sample")
        first.opened()

        # The second tab takes over; the first is told, and both show one session.
        second = Page(program.address)
        try:
            first.wait(lambda: first.js("return !!document.querySelector('#session-cover')"), 20)
            assert "another tab" in first.element("#session-cover").text
            assert second.state("visits") == ["baseline", "follow-up"]
            second.keys("2")
            second.wait(lambda: second.state("step") == 2)
            shift = second.state("shift")
            second.focus_curve()
            second.keys("\ue014")
            second.wait(lambda: abs(second.state("shift") - shift - 0.1) < 1e-6, 20)
            second.keys("3")
            second.click("#role-lesion")
            second.wait(lambda: second.state("tool") == "paint")
            box = second.box("#pane-baseline1")
            x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
            second.drag([(x, y), (x + 4, y), (x + 8, y)])
            second.wait(lambda: second.state("region_numbers").get("lesion"), 20, "the lesion")
            second.wait(lambda: second.state("ready_to_export"), 60)
            second.settled()
            drawn = second.state("region_numbers")["lesion"]
            time.sleep(3)  # longer than work waits to be saved
            program.kill()
            second.wait(lambda: second.js("return !!document.querySelector('#session-cover')"), 20)
            assert "program has ended" in second.element("#session-cover").text
        finally:
            second.quit()
    finally:
        first.quit()

    again = Program(home)
    try:
        page = Page(again.address)
        try:
            page.click(".recent")
            page.wait(lambda: len(page.state("visits")) == 2, 120, "the earlier work")
            page.wait(lambda: page.state("ready_to_export"), 120, "the maps")
            page.wait(lambda: page.state("region_numbers").get("lesion") == drawn, 30, "the lesion")
            assert page.state("shift") == pytest.approx(shift + 0.1)
            assert page.troubles() == []
        finally:
            page.quit()
    finally:
        again.stop()
    assert again.troubles() == []


@pytest.mark.long
def test_a_study_that_was_analysed_automatically_is_said_not_to_be_reviewed(home, monkeypatch):
    monkeypatch.setenv("SPINEDCE_HOME", str(home))
    study = home / "sample" / "small" / "before" / "dicom"
    mark_unreviewed(study, "Usable; limited by: T1.")
    program = Program(home, str(study))
    try:
        page = Page(program.address)
        try:
            page.wait(lambda: "Not reviewed" in (page.state("note") or ""), 120, "the note")
            assert "limited by: T1" in page.state("note")
        finally:
            page.quit()
    finally:
        program.stop()
        mark_reviewed(study)
