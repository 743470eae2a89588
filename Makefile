PYTHON ?= $(shell command -v python3.11 || echo python3)
BIN := .venv/bin
WORKERS ?= 2

.DEFAULT_GOAL := all
.PHONY: all test help install clean \
	lint lint-external generate diff check format release lock \
	sandbox judge \
	publish serve-site console check-collections \
	faults soak-sandbox bench-client bench-conformance bench-generate bench-loop bench-sandbox

##@ The two that do everything
all: install lint generate judge ## Check the contract, regenerate the client, judge the sandbox (plain `make`)

test: install ## Run all tests
	@$(BIN)/pytest -n $(WORKERS) --dist worksteal

##@ The contract
lint: install ## Check the contract and its ledger by our own rules
	@$(BIN)/moment-contract check

lint-external: ## Check the contract with Redocly and Spectral (needs Node)
	@npx --yes @redocly/cli@2.77.0 lint --extends recommended-strict openapi.yaml
	@npx --yes @stoplight/spectral-cli@6.16.0 lint --ruleset .spectral.yaml --fail-severity hint openapi.yaml

diff: install ## Say what changed since the last release, and whom it concerns
	@$(BIN)/moment-diff

generate: install ## Render the client from the contract into generated/
	@$(BIN)/moment-generate client

check: install ## Fail when generated/ or the version is out of step, or a linter or type checker complains
	@$(BIN)/moment-contract check
	@$(BIN)/moment-release check
	@$(BIN)/moment-generate client --check
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy

release: install ## Publish a version: raise it, regenerate, freeze, write the changelog (NOTES=, CORRECTIONS=)
	@$(BIN)/moment-contract check
	@$(BIN)/moment-release bump
	@$(BIN)/moment-generate client
	@$(BIN)/moment-release check
	@$(BIN)/moment-release freeze --usage tests/client/usage.py $(if $(NOTES),--notes $(NOTES)) \
		$(if $(CORRECTIONS),--correction $(CORRECTIONS))

##@ Servers
sandbox: install ## Run the sandbox on port 4010
	@$(BIN)/moment-sandbox --port 4010

judge: install ## Start the sandbox on a free port and judge it against the contract
	@$(BIN)/moment-sandbox --port 0 --quiet --seed sandbox/example.json -- \
		$(BIN)/moment-conformance --customer with-payment-rules

##@ The partner site
publish: install ## Build the site into dist/site, twice, and check it (REPORT=DIR adds a conformance report)
	@$(BIN)/moment-publish build --twice $(if $(REPORT),--report $(REPORT))

serve-site: install ## Serve the built site on port 8000, with a sandbox on port 4010 for its console
	@$(BIN)/moment-sandbox --port 4010 -- $(BIN)/moment-publish serve

console: ## Install what the site's interactive console and its browser checks need (needs Node)
	@npm ci --loglevel=error

check-collections: publish ## Run the published collections with newman and httpYac against a sandbox (needs Node)
	@$(BIN)/moment-sandbox --port 0 --quiet -- bash tests/site/browser/collections.sh

##@ Figures
faults: install ## Judge every faulty server of the corpus and every permitted variant, and write the score
	@$(BIN)/python -m tests.conformance.faults

soak-sandbox: install ## Kill the sandbox 50 times under load on each database and see that nothing is lost
	@SOAK_ROUNDS=50 $(BIN)/pytest -n $(WORKERS) --timeout 1800 tests/sandbox/test_durability.py

bench-client: install ## Measure the client against bare httpx and the clients of other generators (a few minutes)
	@$(BIN)/python benchmarks/client.py

bench-conformance: install ## Compare the suite with other tools on a sample of the corpus (the peers need Node)
	@$(BIN)/python -m benchmarks.conformance $(ARGUMENTS)

bench-generate: install ## Measure generating clients beside other generators, for 10, 100 and 1,000 operations
	@$(BIN)/python -m benchmarks.generate

bench-loop: install ## Measure the loop after an edit of one line: check, diff, regenerate, format, type-check
	@$(BIN)/python -m benchmarks.loop

bench-sandbox: install ## Measure the sandbox beside prism mock (needs Node for prism)
	@test -x .work/prism/node_modules/.bin/prism || npm install --silent --no-audit --no-fund --prefix .work/prism @stoplight/prism-cli@5.14.2 || true
	@$(BIN)/python -m benchmarks.sandbox

##@ The house
help: ## List the targets
	@awk -v bold="$$(test -t 1 && printf '\033[1m')" -v plain="$$(test -t 1 && printf '\033[0m')" -F ':.*## ' ' \
		/^##@ / {printf "\n%s%s%s\n", bold, substr($$0, 5), plain} \
		/^[a-z-]+:.*## / {printf "  %s%-18s%s %s\n", bold, $$1, plain, $$2}' $(MAKEFILE_LIST)

install: .venv/installed ## Install what the project needs into .venv

.venv/installed: requirements.lock pyproject.toml
	@echo "Installing into .venv (once, about a minute) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

format: install ## Format the Python code
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format --quiet .

lock: install ## Compile requirements.lock from the dependencies in pyproject.toml
	@$(BIN)/uv pip compile pyproject.toml --group dev --python-version 3.11 --universal --generate-hashes \
		--no-emit-index-url --no-header --quiet --output-file requirements.lock

clean: ## Remove what was installed and built
	@rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .work
