"""The public interface: every name has an example in its docstring, and every example runs."""

import doctest
import inspect

import pytest
import SpineDCELib
from small_study import write_small_study

NAMES = [name for name in SpineDCELib.__all__ if name != "__version__"]


@pytest.mark.parametrize("name", NAMES)
def test_the_example_of_a_public_name_runs(name, tmp_path):
    thing = getattr(SpineDCELib, name)
    study = write_small_study(tmp_path / "study", noise=2.0)
    given = {
        "folder": study.series,
        "artery": study.artery,
        "regions": study.regions,
        "out": tmp_path / "out",
    }
    finder = doctest.DocTestFinder(recurse=False)
    [found] = finder.find(thing, name, module=inspect.getmodule(thing), globs=given)
    assert found.examples, f"{name} has no example"
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    said: list[str] = []
    runner.run(found, out=said.append)
    assert runner.failures == 0, "".join(said)


def test_public_names_are_loaded_when_they_are_used():
    assert set(dir(SpineDCELib)) == set(SpineDCELib.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        SpineDCELib.nothing  # noqa: B018
