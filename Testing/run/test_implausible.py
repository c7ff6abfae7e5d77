"""Numbers that no study has are questioned until the user accepts them."""

import numpy as np
import pytest
from small_study import write_small_study
from SpineDCELib.cli import main
from SpineDCELib.errors import InputError
from SpineDCELib.run.analyse import load
from SpineDCELib.run.inputs import Inputs
from SpineDCELib.run.result_cache import ResultCache
from SpineDCELib.settings import Settings, with_values


def ready(tmp_path, *, t=None, edit=None, **values):
    files = write_small_study(tmp_path, t=t, edit=edit)
    settings = with_values(
        Settings(),
        {"concentration.T1_source": "fixed", "concentration.T10": 0.8, "aif.source": "parker"}
        | values,
    )
    return load(Inputs(str(files.series)), settings, ResultCache(None))


def times(step):
    return np.arange(60) * step


@pytest.mark.parametrize(
    ("step", "about"), [(600.0, "frame interval"), (0.05, "frame interval"), (5.0, "")]
)
def test_frame_intervals(tmp_path, step, about):
    analysis = ready(tmp_path, t=times(step))
    if not about:
        analysis.check()
        return
    with pytest.raises(InputError) as caught:
        analysis.check()
    assert (caught.value.code, caught.value.about) == ("implausible", about)
    # The sentence states what the study has.
    assert f"{step:.4g} s" in str(caught.value)
    assert "reading.accept_implausible" in caught.value.fields
    ready(tmp_path, t=times(step), **{"reading.accept_implausible": True}).check()


def test_the_command_line_names_the_option_that_accepts(tmp_path, capsys):
    files = write_small_study(tmp_path / "study", t=times(600.0))
    arguments = ["analyse", str(files.series), "-o", str(tmp_path / "out"), "--aif", "parker",
                 "--t10", "800"]  # fmt: skip
    assert main(arguments) == 2
    assert "--accept-implausible" in capsys.readouterr().err
