# Everything is a script in .ci/; this file only gives them short names.
.DEFAULT_GOAL := help
.PHONY: help run dev test bench build tools clean

help: ## Shows this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Builds for release and starts Prosa with the Graph simulator and a demo workspace
	@.ci/start

dev: ## The same for developing: builds and reloads on every change
	@.ci/dev

test: ## Runs everything: format, lints, licences, unit and service tests on both databases, browser
	@.ci/test

bench: ## Measures the release server and prints the table of figures
	@.ci/bench

build: ## Builds the release binaries and the site, starts nothing
	@.ci/build all --release

tools: ## Installs what the others need, where it is missing
	@.ci/tools

clean: ## Removes what was built here (not ./var, not ~/.cache/prosa)
	rm -rf target app/node_modules end2end/node_modules end2end/test-results
