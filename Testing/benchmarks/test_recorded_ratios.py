"""A benchmark fails where a ratio has become more than twice as bad as the recorded one."""

import pytest
from benchmarks import recorded_ratios
from benchmarks.recorded_ratios import Ratios


def finished(time, *, record=False):
    ratios = Ratios("reading")
    ratios.add("fit", time, 2.0)
    ratios.finish(record=record)


def test_more_than_twice_the_recorded_ratio_fails(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(recorded_ratios, "RECORD", tmp_path / "ratios.json")
    finished(50.0)  # nothing is recorded yet
    finished(4.0, record=True)
    finished(7.9)
    with pytest.raises(SystemExit, match=r"fit: 4\.1, recorded 2\.0"):
        finished(8.2)
    finished(8.2, record=True)
    finished(8.2)
    assert "fit" in capsys.readouterr().out
