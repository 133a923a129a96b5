# Every target that people and CI call. `make help` lists them. Output goes to target/ (or CARGO_TARGET_DIR); what set-up fetches
# goes to ${WEFT_CACHE:-~/.cache/weft}.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory

TARGET_DIR := $(or $(CARGO_TARGET_DIR),target)
# One feature set for everything that tests build, so that nothing is compiled twice.
TEST_FEATURES := weft-cli/kafka,weft-cli/capture
# Scenarios whose floors CI checks.
CI_SCENARIOS := case-a,case-e2,benign-month

.DEFAULT_GOAL := help
.PHONY: help setup setup-demo ui build demo test tidy test-rust test-kafka test-ui lint bench eval eval-ci clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

setup: ## install and fetch whatever the other targets need
	@deploy/setup/setup test

setup-demo:
	@deploy/setup/setup demo

ui:
	@deploy/setup/build-ui

build: setup-demo ui ## the release binary, target/release/weft
	cargo build --release --package weft-cli --locked

demo: build ## a company, an attack, one incident and its page on http://127.0.0.1:8686
	@exec "$(TARGET_DIR)/release/weft" demo

test: setup ui tidy test-rust test-ui ## everything

tidy:
	cargo xtask tidy
	cargo fmt --all --check
	cargo clippy --all-targets --locked -- -D warnings

# The whole workspace with a real broker beside it, then the incident's way through Kafka.
test-rust:
	cargo build --workspace --features $(TEST_FEATURES) --locked --bin weft # the end-to-end tests run it
	integration-tests/kafka/run --workspace --features $(TEST_FEATURES) --locked --no-fail-fast

test-kafka: setup ## the bus and the incident's way through a real Apache Kafka
	integration-tests/kafka/run

test-ui: setup ui ## the page's own tests, and the page in a real browser
	@npm --prefix ui test
	@if [ -x integration-tests/ui/run ]; then integration-tests/ui/run; else echo "integration-tests/ui/run is missing" >&2; exit 1; fi

lint: setup ui tidy ## project checks, formatting, clippy

bench: build ## measured comparisons
	cargo run --release --package weft-enrich --example lookup_rate --locked -- "$${WEFT_CACHE:-$${XDG_CACHE_HOME:-$$HOME/.cache}/weft}/enrich"
	cargo run --release --package weft-stitcher --example scale --locked
	cargo run --release --package weft-stitcher --example rivals --locked
	@if [ -x integration-tests/perf/run ]; then integration-tests/perf/run; else echo "integration-tests/perf/run is not there: only look-ups were measured" >&2; fi

eval: build ## every scenario scored against its floors, report in target/eval.html
	"$(TARGET_DIR)/release/weft" eval integration-tests/scenarios --html "$(TARGET_DIR)/eval.html"

# One company each of some minutes, with the binary that the tests built.
eval-ci:
	"$(TARGET_DIR)/debug/weft" eval integration-tests/scenarios --only $(CI_SCENARIOS)

clean: ## remove what was built, keep what was fetched
	cargo clean
	rm -rf ui/dist ui/node_modules integration-tests/ui/node_modules
