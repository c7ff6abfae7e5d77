# make run                  set up, and serve the workstation on a page of this machine
# make run STUDY=<folder>   the same with a study open (ARGS="--port 8080 --no-browser")
# make results              set up, write the sample patient, analyse and compare both visits
# make results STUDY=<folder>  set up, analyse a study (OUT=<folder> for results, ARGS=<options>)
# make check                set up, then run linters, type checks and the fast tests
# make test                 set up, then run the tests
# make long-tests           set up, then run what takes half a minute or more each
# make bench            set up, then measure the speed; fails where it is half of what it was
#                       (ARGS=--record records what was measured)
# make profile          set up, then print where the time of a study goes
# make cmake-lists          rewrite the lists of Python files in both CMakeLists.txt
# make dist                 build the wheel and the source archive into dist/, byte by byte the same
# make bundle               write dist/spinedce-….tar: all wheels, for a machine without internet
# make lock                 rewrite release/workstation.lock (asks the package index)
# make docs                 build the documentation site into build/docs, without network
# make notebooks            execute the notebooks of the site, and keep their outputs
# make translations         update the translation files of the module in 3D Slicer
# make man                  rewrite the manual page release/spinedce.1
# make slicer-test SLICER=<executable>   run the module's tests in 3D Slicer (NAMES=<some>)
PYTHON ?= $(firstword $(foreach v,3.13 3.12 3.11 3.10,$(shell python$(v) -c 'import sys; print(sys.executable)' 2>/dev/null)) python3)
VENV   := .venv
BIN    := $(VENV)/bin
STUDY  ?=
OUT    ?= out
# A file's tests run in one process, so that what they share is made once.
# One more than there are processors, because tests of the page and of archives also wait.
SIDE_BY_SIDE := -n $(shell expr $$(getconf _NPROCESSORS_ONLN || echo 1) + 1) --dist loadfile --no-loadscope-reorder

.PHONY: run results test long-tests check cmake-lists lint bench profile validation certainty courses clean \
  slicer-test dist bundle lock docs notebooks man translations

run: $(VENV)/.run
	$(BIN)/spinedce workstation $(if $(STUDY),"$(STUDY)") $(ARGS)

results: $(VENV)/.run
ifeq ($(STUDY),)
	test -f sample/after/truth/size.seg.nrrd || $(BIN)/spinedce phantom sample --patient A
	$(BIN)/spinedce compare sample/before/dicom sample/after/dicom -o "$(OUT)" --shift auto \
	  --roi sample/before/truth/rois.seg.nrrd --roi-after sample/after/truth/rois.seg.nrrd \
	  --size sample/before/truth/size.seg.nrrd --size-after sample/after/truth/size.seg.nrrd $(ARGS)
else
	$(BIN)/spinedce analyse "$(STUDY)" -o "$(OUT)" $(ARGS)
endif

test: $(VENV)/.dev
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) -m "not long"

long-tests: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto -m long

check: lint
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) -q -m "not slow and not long"

cmake-lists:
	$(PYTHON) Testing/cmake_lists.py

dist: $(VENV)/.dev
	rm -f dist/spinedce-*.whl dist/spinedce-*.tar.gz
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/python -m hatchling build -d dist

bundle: dist
	$(BIN)/python release/bundle.py dist/spinedce-*.whl dist

lock: $(VENV)/.dev
	$(BIN)/python -m uv pip compile pyproject.toml --extra workstation --extra pacs --universal \
	  --python-version 3.11 --generate-hashes -c .ci/runtime-constraints.txt --no-header \
	  --no-annotate --no-emit-index-url --no-emit-find-links -q -o release/workstation.lock

docs: $(VENV)/.dev
	$(BIN)/python -m sphinx -W --keep-going -q docs build/docs
	$(BIN)/python docs/link_check.py build/docs

notebooks: $(VENV)/.dev
	$(BIN)/jupyter-execute --inplace --NotebookClient.record_timing=False docs/notebooks/one-study.ipynb docs/notebooks/cohort.ipynb

man: $(VENV)/.dev
	$(BIN)/python release/write_manual.py release/spinedce.1

translations: $(VENV)/.dev
	$(BIN)/python release/translations.py

slicer-test:
	@test -n "$(SLICER)" || { echo "Give 3D Slicer's executable: make slicer-test SLICER=<path>"; exit 2; }
	$(PYTHON) Testing/in_slicer/start.py "$(SLICER)" $(NAMES)

bench: $(VENV)/.dev
	PYTHONPATH=Testing $(BIN)/python Testing/benchmarks/bench_fit.py $(ARGS)
	PYTHONPATH=Testing $(BIN)/python Testing/benchmarks/bench_study.py $(ARGS)
	PYTHONPATH=Testing $(BIN)/python Testing/benchmarks/bench_browser.py $(ARGS)

profile: $(VENV)/.dev
	PYTHONPATH=Testing $(BIN)/python Testing/benchmarks/profile_study.py $(ARGS)

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

validation: $(VENV)/.dev
	@test -n "$$SPINEDCE_REFERENCE_DATA" || \
	  { echo "Set SPINEDCE_REFERENCE_DATA to the folder of the reference data (Testing/reference_data.py says where to get them)."; exit 2; }
	PYTHONPATH=Testing $(BIN)/python -m validation.make_document docs/validation.md $(ARGS)

certainty: $(VENV)/.dev
	PYTHONPATH=Testing $(BIN)/python -m validation.make_document docs/validation.md \
	  --only-certainty $(ARGS)

courses: $(VENV)/.dev
	PYTHONPATH=Testing $(BIN)/python -m validation.courses docs/course.md $(ARGS)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
	  { echo "SpineDCE needs Python 3.10 or newer; set PYTHON=<path> (found: $$($(PYTHON) --version 2>&1))"; exit 2; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || \
	  { echo "This Python cannot make virtual environments; on Debian or Ubuntu: sudo apt-get install python3-venv"; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[workstation]'
	@touch $@

$(VENV)/.dev: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@ $(VENV)/.run

clean:
	rm -rf $(VENV) build dist *.egg-info SpineDCE/*.egg-info
