# Every target does its own set-up in .venv; nothing else is touched. `make` alone lists the targets.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
# constraints.txt pins the set of versions that was tested.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: help
help:  ## list the targets
	@awk -F ':.*##' '/^[a-z-]+:.*##/ {printf "%-20s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/installed: pyproject.toml constraints.txt | .venv/bin/python
	$(INSTALL) --editable .
	@touch $@

.venv/installed-dev: pyproject.toml constraints.txt | .venv/bin/python
	$(INSTALL) --editable '.[dev]'
	@touch $@ .venv/installed

.PHONY: run
run: .venv/installed  ## train the four models and the references once, at dimension 100, and print Table 1
	$(BIN)/seqrec-bench run --all --dims 100 --seeds 0
	$(BIN)/seqrec-bench table

.PHONY: test
test: .venv/installed-dev  ## run the whole test suite, a file of tests at a time in each of two processes
	PYTHONDONTWRITEBYTECODE= OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

.PHONY: kernels
kernels: .venv/installed-dev  ## run the statistics' tests under the kernels of other processors: no verdict may hang on one (a minute)
	@$(BIN)/python .ci/kernels.py

# The quick part of the suite, in an environment of its own under build/, which uv fills. uv reads no setting of pip's, so it
# is told of PIP_FIND_LINKS; UV_TORCH_BACKEND=cpu makes it take PyTorch's own builds for the CPU.
UV := build/uv/bin/uv
UV_INSTALL = $(UV) pip install --quiet $(addprefix --find-links ,$(PIP_FIND_LINKS)) --editable '.[dev,dask,search]'
QUICK_PART := -m pytest -n 2 --dist loadfile @tests/quick.txt
TORCH ?= $(shell sed -n 's/^torch==//p' constraints.txt)

$(UV): constraints.txt
	$(PYTHON) -m venv build/uv
	build/uv/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt uv
	@touch $@

.PHONY: lowest
lowest: $(UV)  ## the quick part of the suite with the lowest versions that pyproject.toml allows; PyTorch's is that of TORCH
	$(PYTHON) -m venv --clear build/lowest
	echo 'torch==$(TORCH)' > build/torch.txt
	$(UV) pip compile --quiet --resolution lowest-direct --python build/lowest/bin/python --constraint build/torch.txt \
	  --extra dev --extra dask --extra search pyproject.toml --output-file build/lowest.txt
	$(UV_INSTALL) --python build/lowest/bin/python --constraint build/lowest.txt
	OMP_NUM_THREADS=1 build/lowest/bin/python $(QUICK_PART)

.PHONY: pinned
pinned: $(UV)  ## the same with the versions of constraints.txt; PYTHON names the Python, as python3.13
	$(PYTHON) -m venv --clear build/pinned
	$(UV_INSTALL) --python build/pinned/bin/python --constraint constraints.txt
	OMP_NUM_THREADS=1 build/pinned/bin/python $(QUICK_PART)

.PHONY: coverage
coverage: .venv/installed-dev  ## the same, with the lines and branches that it runs counted: 95 % of them at least
	$(BIN)/python -m pytest --cov

.PHONY: mutants
mutants: .venv/installed-dev  ## change the evaluator, the store and the statistics in a thousand places: do the tests notice? (hours)
	$(INSTALL) 'mutmut>=3.8'
	nice $(BIN)/mutmut run

.PHONY: lint
lint: .venv/installed-dev  ## check style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: check
check: .venv/installed  ## the committed records: the verdicts must be those of results/verdicts.json, the records sound
	@mkdir -p build
	@$(BIN)/seqrec-bench check --results results --format json > build/verdicts.json || true
	@diff -u results/verdicts.json build/verdicts.json || { echo "The verdicts are others than those committed:" \
	  "if that is right, copy build/verdicts.json to results/verdicts.json." >&2; exit 1; }
	@echo "The verdicts on results/ are as committed."
	@for records in results results/field; do \
	  $(BIN)/seqrec-bench verify $$records > build/verify.txt || [ $$? -eq 3 ] || { cat build/verify.txt; exit 1; }; \
	  tail -n 1 build/verify.txt; \
	done  # 3, cells missing, is no fault of the records that are there

.PHONY: quick
quick: .venv/installed  ## train AM-LSTM and FPMC for two epochs and hold them against results/quick (a minute or two)
	rm -rf build/quick
	$(BIN)/seqrec-bench run --suite quick --results build/quick
	$(BIN)/seqrec-bench check --results build/quick --against results/quick --suite quick

.PHONY: tutorial
tutorial: .venv/installed  ## type what docs/tutorial.md has, in build/tutorial (a minute or two)
	rm -rf build/tutorial && mkdir -p build/tutorial
	sed -n '/^```sh$$/,/^```$$/ { /^```/ !p }' docs/tutorial.md > build/tutorial/commands.sh
	cd build/tutorial && PATH="$(CURDIR)/$(BIN):$$PATH" bash -c 'time bash -euxo pipefail commands.sh'

.PHONY: audit-dependencies
audit-dependencies:  ## known vulnerabilities of the pinned versions; skipped with a line where no database can be reached
	@$(PYTHON) .ci/audit_dependencies.py

.PHONY: browser
browser: .venv/installed-dev  ## look at the report in headless Chromium, which has to be installed (with axe-core, if npm is there)
	$(INSTALL) --editable '.[browser]'
	npm install --no-save --no-package-lock --silent axe-core || true
	$(BIN)/python -m pytest tests/rendering/report/test_browser.py -rs

.PHONY: reproduce
reproduce: .venv/installed  ## train the whole paper, print Table 1 and draw Figures 1 and 2 (hours)
	$(BIN)/seqrec-bench run --all
	$(BIN)/seqrec-bench table
	$(BIN)/seqrec-bench plot

.PHONY: soak
soak: .venv/installed-dev  ## kill runs at random moments and continue them: nothing may be lost or broken (a quarter of an hour)
	$(BIN)/python -m benchmarks.soak

.venv/installed-fuzz: pyproject.toml constraints.txt | .venv/bin/python
	$(INSTALL) --editable '.[dev,fuzz]'
	@touch $@ .venv/installed-dev .venv/installed

.PHONY: fuzz
fuzz: .venv/installed-fuzz  ## give the readers and the record loader any bytes, four minutes each, guided by coverage (on Linux)
	@mkdir -p build
	for target in interactions tags records; do \
	  $(BIN)/python tests/fuzz.py $$target build/fuzz-$$target -artifact_prefix=build/ -max_total_time=240 || exit 1; done

.PHONY: findings
findings: | .venv/bin/python  ## run the scripts of findings/: does other software still do what they say? (minutes, and a network)
	PYTHON=$(CURDIR)/$(BIN)/python bash findings/run_all.sh

.PHONY: bench
bench: .venv/installed-dev  ## measure what the bench costs and write benchmarks/RESULTS.md (on Linux, with an idle machine)
	$(BIN)/python -m benchmarks

.PHONY: bench-peers
bench-peers: .venv/installed-dev  ## the same of RecBole's models, installed in an environment that is thrown away
	$(BIN)/python -m benchmarks peers peer_ranking
