# The front door: `make demo`, `make test`. CONTRIBUTING.md says what the others are for.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build

PREFIX ?= /usr/local
JOBS ?= $(shell nproc)
PYTHON := build/venv/bin/python
COSTMILL := build/release/costmill
VERSION := $(shell sed -n 's/.*kVersion = "\(.*\)".*/\1/p' include/costmill/version.h)
DIST := costmill-$(VERSION)-linux-$(shell uname -m)

.PHONY: deps build demo test check lint soak bench bench-postgres mutation install dist clean

deps:
	@tools/bootstrap

build: deps
	@cmake --preset release >build/cmake.log || { cat build/cmake.log; exit 1; }
	@cmake --build --preset release -j $(JOBS) --target costmill_cli

demo: build
	@tools/demo $(COSTMILL)

test: deps
	@cmake --preset release >build/cmake.log || { cat build/cmake.log; exit 1; }
	cmake --build --preset release -j $(JOBS)
	ctest --preset release -j $(JOBS)

check: lint
	tools/bootstrap check
	tools/run_sanitized asan
	tools/run_sanitized tsan
	tools/check_docs $(COSTMILL)

lint:
	tools/bootstrap check
	tools/lint

# The long ones.
soak: build mutation
	$(PYTHON) tests/tools/property_test.py --bin $(COSTMILL) --cases 1000 --seed 1000000

mutation: deps
	$(PYTHON) tests/mutation/mutate.py

# BENCH: options of bench/bench.py, e.g. make bench BENCH="--only workers --runs 3"
bench: build
	tools/bootstrap bench
	@cmake --preset release >build/cmake.log || { cat build/cmake.log; exit 1; }
	@cmake --build --preset release -j $(JOBS) --target decode_limit scan_and_fold micro_benchmarks
	$(PYTHON) bench/bench.py --bin $(COSTMILL) $(BENCH)

bench-postgres: build
	$(PYTHON) bench/postgres.py --bin $(COSTMILL)

install: build
	cmake --install build/release --prefix "$(PREFIX)" --component costmill

dist: build
	rm -rf "dist/$(DIST)"
	cmake --install build/release --prefix "dist/$(DIST)" --component costmill
	tar -C dist -czf "dist/$(DIST).tar.gz" "$(DIST)"
	@echo "dist/$(DIST).tar.gz"

clean:
	rm -rf build dist
