# make serve   the site with the demo data on http://127.0.0.1:8000 (PORT, HOST)
# make test    every test, on SQLite and on PostgreSQL, with a browser
# make password   sets a new password for the account “admin”
# make fuzz    twenty thousand invented cases for every page, form, interface and reader (CASES=20000)
# make torture   kills, failing disks, cuts of power, crowds, an hour and more: docs/reliability.md (SECTIONS=import,web ROUNDS=60)
# make bench   how fast pages, imports and edits are, as tables in docs/performance.md (SIZES=1000,10000)
# make screenshots   takes the pictures of docs/guides anew (needs Chromium)
# make audit   Lighthouse and the HTML checker on the demo site (fetches both; needs node, npm, java)
# make backup  everything in one archive, in data/backups (ARGS for more: docs/backup.md)
# make restore FROM=archive   makes the site what the archive is, also on a fresh machine
# make lint    style of code and templates, missing migrations
# make dev     like serve, but reloads on every change and shows errors in full
# make messages   brings the catalogues of other languages up to date with the code (needs gettext)
# make lock    requirements*.txt from requirements*.in, every version and hash (ARGS=--upgrade takes newer ones)
# make advisories   known holes in what is pinned; an error where the advisory service has no data
# make sbom    what a release is made of, as CycloneDX JSON: labsite.cdx.json
# make demo    writes fixtures/demo.json anew from fixtures/demo_source/

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
WORKERS ?= 2
DATA := $(or $(LABSITE_DATA_DIR),data)
BIN := .venv/bin
ROOMS := labsite people publications activities manage.py
# One's own machine speaks plain http; a production server sets its own environment (README.md).
LOCAL = SECRET_KEY="$${SECRET_KEY:-$$(cat $(DATA)/secret_key)}" HTTPS=off LABSITE_DATA_DIR="$(DATA)"

.PHONY: serve dev password backup restore test fuzz torture bench screenshots audit lint format demo messages clean lock advisories sbom

serve: .venv/serving $(DATA)/secret_key
	@$(LOCAL) $(BIN)/python manage.py quickstart --address http://$(HOST):$(PORT)
	@$(LOCAL) $(BIN)/granian --interface wsgi --host $(HOST) --port $(PORT) --workers $(WORKERS) --blocking-threads 2 --backpressure 128 \
		--log-level warning --workers-kill-timeout 5 labsite.wsgi:application

dev: .venv/developing
	@DEBUG=on LABSITE_DATA_DIR="$(DATA)" $(BIN)/python manage.py quickstart --address http://$(HOST):$(PORT)
	@DEBUG=on LABSITE_DATA_DIR="$(DATA)" $(BIN)/python manage.py runserver $(HOST):$(PORT)

password: .venv/serving $(DATA)/secret_key
	@$(LOCAL) $(BIN)/python manage.py changepassword admin

backup: .venv/serving $(DATA)/secret_key
	@$(LOCAL) $(BIN)/python manage.py backup $(ARGS)

restore: .venv/serving $(DATA)/secret_key
	@$(LOCAL) $(BIN)/python manage.py restore $(FROM) $(ARGS)

test: .venv/developing
	@$(BIN)/python .ci/test.py $(ARGS)

CASES ?= 20000
fuzz: .venv/developing
	FUZZ_CASES=$(CASES) $(BIN)/python -m pytest -q -n auto -k "any_query_string or any_request or any_question or any_file or any_text or any_item or any_entry or any_form or any_address or any_order or b15 or a4_flipped"

torture: .venv/developing
	@$(BIN)/python .ci/torture

bench: .venv/developing
	@$(BIN)/python .ci/bench

screenshots: .venv/developing
	@$(BIN)/python .ci/screenshots.py

audit: .venv/developing
	@$(BIN)/python .ci/audit.py $(ARGS)

lint: .venv/developing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/bandit --quiet --recursive --severity-level medium --configfile pyproject.toml $(ROOMS)
	DEBUG=on LABSITE_DATA_DIR="$(DATA)" $(BIN)/python manage.py makemigrations --check --dry-run

format: .venv/developing
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

messages: .venv/developing
	$(BIN)/python .ci/messages.py

lock: .venv/bin/python
	@$(BIN)/uv --version >/dev/null 2>&1 || $(BIN)/python -m pip install --quiet --disable-pip-version-check $$(grep '^uv==' requirements-dev.in)
	@$(BIN)/python .ci/lock.py $(ARGS)

advisories: .venv/developing
	@$(BIN)/python .ci/advisories.py

sbom: .venv/developing
	@$(BIN)/cyclonedx-py requirements requirements.txt --pyproject pyproject.toml --output-reproducible --output-file labsite.cdx.json
	@echo "labsite.cdx.json names every package of requirements.txt with its hashes."

demo: .venv/developing
	$(BIN)/python fixtures/build_demo.py

clean:
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis .coverage* htmlcov

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Labsite needs Python 3.11 or newer.")'
	@$(PYTHON) -m venv .venv || { echo "No virtual environment: on Debian, apt-get install python3-venv"; rm -rf .venv; exit 1; }

.venv/serving: requirements.txt .venv/bin/python
	@echo "Installing what Labsite runs on …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/developing: requirements-dev.txt .venv/serving
	@echo "Installing what the tests need …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

$(DATA)/secret_key:
	@mkdir -p $(DATA)
	@umask 077 && $(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(50))' > $@
