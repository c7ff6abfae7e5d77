"""Report text that no page of the report holds, shown on its own page."""

from SpineDCEWidget.browser.result_panel import written_report


def test_a_text_without_a_page_gets_one(tmp_path):
    folder = tmp_path / "preview"
    folder.mkdir()
    assert written_report(folder, tmp_path) == []
    text = "Final report, A. Reader\n\nIMPRESSION\nVp −87 % <b>.\n"
    (folder / "report.txt").write_text(text, encoding="utf-8")
    (choice,) = written_report(folder, tmp_path)
    assert choice["value"] == "files/preview/written-report.html"
    page = (folder / "written-report.html").read_text(encoding="utf-8")
    for said in ("Final report, A. Reader", "IMPRESSION", "Vp −87 % &lt;b&gt;."):
        assert said in page
