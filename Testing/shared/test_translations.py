"""The module's translations: complete, with the same placeholders, no part of the logic."""

import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from SpineDCEWidget.shared.engine_sentences import CONTEXT, EngineSentences, read_sources

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "SpineDCE/Resources/Translations").glob("SpineDCE_*.ts"))
PLACEHOLDER = re.compile(r"\{[^}]*\}")


@pytest.fixture(scope="module")
def translations():
    """The command that writes the files."""
    sys.path.insert(0, str(ROOT / "release"))
    try:
        import translations

        yield translations
    finally:
        sys.path.remove(str(ROOT / "release"))


@pytest.fixture(scope="module")
def sentences(translations):
    return {(c, text) for c, texts in translations.sentences().items() for text in texts}


def german(translations):
    [file] = [file for file in FILES if file.stem.endswith("_de")]
    known = {text: to for (c, text), to in translations.read(file).items() if c == CONTEXT}
    return EngineSentences(read_sources(file), known.__getitem__, ["Lesion", "Reference vertebra"])


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_translation_has_every_sentence_and_no_other(file, translations, sentences):
    known = set(translations.read(file))
    assert known == sentences, f"make translations: {sorted(known ^ sentences)[:5]}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_translation_is_complete_and_keeps_placeholders_links_and_spaces(file, translations):
    assert 'type="unfinished"' not in file.read_text(encoding="utf-8")
    for (_context, source), text in translations.read(file).items():
        assert text.strip() or not source.strip(), source
        assert sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(source)), source
        assert re.findall("<.*?>", text) == re.findall("<.*?>", source), source
        for side in (0, -1):
            assert (text[side] == " ") == (source[side] == " "), source
        assert text.count("\n") == source.count("\n"), source


def test_a_title_of_a_step_is_the_same_in_the_panel_and_in_its_button(translations):
    for file in FILES:
        known = translations.read(file)
        for number, title in enumerate(("Study", "Arteries", "Regions", "Maps", "Result"), 1):
            button = known["SpineDCE", f"{number} {title}"]
            assert button == f"{number} {known['shared.steps', title]}"


def test_the_context_is_that_of_3d_slicer(translations):
    contexts = {translations.context_of(path) for path in translations.CODE}
    assert {"SpineDCE", "shared.wording", "desktop.desktop_wording"} <= contexts


def test_every_translation_is_installed():
    lists = (ROOT / "SpineDCE/CMakeLists.txt").read_text()
    for file in FILES:
        assert f"Resources/Translations/{file.name}" in lists
        assert file.with_suffix(".qm").name in lists


# -- sentences of the engine --------------------------------------------------------------------


def test_values_names_and_several_sentences_are_kept(translations):
    translate = german(translations)
    said = (
        "Normalised Vp of Lesion fell from 9.3× to 1.1× the reference vertebra (−88 %, 95 % "
        "interval −90 to −85 %). This is below the −40 % cutoff: consistent with response."
    )
    assert translate(said) == (
        "Das normalisierte Vp von Lesion fiel von 9.3× auf 1.1× des Referenzwirbels (−88 %, "
        "95-%-Intervall −90 bis −85 %). Das liegt unter dem Grenzwert von −40 %: vereinbar mit "
        "Ansprechen."
    )
    assert translate("12 March 2026") == "12. März 2026"
    assert translate("Baseline: Reference vertebra has no fitted voxel.") == (
        "Ausgang: Reference vertebra hat kein angepasstes Voxel."
    )


def test_what_is_not_known_stays_as_it_is(translations):
    translate = german(translations)
    for text in ("", "Lesion L3", "A sentence of nobody. And another one: 3.", "/data/a. B/c"):
        assert translate(text) == text
    assert EngineSentences([], str.upper)("Lesion") == "Lesion"


def test_errors_that_a_user_meets_are_translated(translations):
    from SpineDCELib.errors import InputError
    from SpineDCELib.measurement.rulers import read_rulers
    from SpineDCELib.run.inputs import read_images
    from SpineDCELib.settings import FORM, Settings, with_value

    translate = german(translations)
    for fails in (
        lambda: with_value(Settings(), "aif.Hct", 45),
        lambda: with_value(Settings(), "fit.model", "none"),
        lambda: FORM["reading.excluded_frames"].parse("x"),
        lambda: read_images(ROOT / "nothing", Settings()),
        lambda: read_rulers(ROOT / "nothing.mrk.json"),
    ):
        with pytest.raises(InputError) as raised:
            fails()
        message = str(raised.value)
        assert translate(message) != message, message


def test_a_call_of_every_kind_is_translated_whole(translations):
    from SpineDCELib.compare.call import make_call
    from SpineDCELib.measurement.normalised_ratio import Change

    translate = german(translations)
    values = [SimpleNamespace(value=value, lesion="Lesion") for value in (9.3, 3.1)]
    english = re.compile(r"\b(the|of|is|call|change|interval)\b")
    for percent in (-88.0, -40.0, 30.0, float("nan")):
        for error in (0.05, 0.4, float("nan")):
            low, high = (percent - 100 * error, percent + 100 * error)
            change = Change("vp", percent, low, high, error, 10.0)
            call = make_call(change, before=values[0], after=values[1])
            assert not english.search(translate(call.sentence)), translate(call.sentence)
