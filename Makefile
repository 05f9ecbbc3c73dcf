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

.PHONY: deps build demo test check lint site soak bench bench-postgres bench-s3 bench-python bench-scaling mutation install dist clean

deps:
	@tools/bootstrap

build: deps
	@cmake --preset release >build/cmake.log || { cat build/cmake.log; exit 1; }
	@cmake --build --preset release -j $(JOBS) --target costmill_cli

demo: build
	@tools/demo $(COSTMILL)

# Many tests wait for servers and clocks, so half as many again run as there are cores. A machine may stall, a bug stalls twice.
test: deps
	@cmake --preset release >build/cmake.log || { cat build/cmake.log; exit 1; }
	cmake --build --preset release -j $(JOBS)
	@tools/minio >/dev/null
	@tools/promtool >/dev/null
	ctest --preset release -j $$(($(JOBS) * 3 / 2)) --repeat after-timeout:2

check: build lint
	cmake --install build/release --prefix build/installed --component costmill >build/install.log
	tools/check_hardening build/installed/bin/costmill installed
	tools/run_sanitized asan
	tools/fuzz 5
	tools/run_sanitized tsan
	tools/check_wheel
	$(PYTHON) tests/integration/shells_test.py --bin $(COSTMILL) --installed build/installed
	$(PYTHON) tools/check_deploy $(COSTMILL)
	tools/check_docs $(COSTMILL)
	$(MAKE) site

lint:
	tools/bootstrap check
	tools/lint

# docs/ as pages in build/site, to be opened from there or served by anything.
site: deps
	@$(PYTHON) -m mkdocs build --strict 2>build/site.log || { cat build/site.log; exit 1; }

# The long ones.
soak: build mutation
	@cmake --preset dev >build/cmake.log || { cat build/cmake.log; exit 1; }
	cmake --build --preset dev -j $(JOBS)  # each source alone
	tools/lint each
	@tools/minio >/dev/null
	tools/fuzz 60
	$(PYTHON) tests/tools/property_test.py --bin $(COSTMILL) --cases 1000 --seed 1000000
	@cmake --build --preset release -j $(JOBS) --target crash_at_call failing_allocations
	build/release/tests/failing_allocations --gtest_brief=1
	$(PYTHON) tests/integration/memory_limit_test.py --bin $(COSTMILL) --size 5 --address-step 8 --containers yes
	$(PYTHON) tests/integration/crash_points_test.py --bin $(COSTMILL) --preload build/release/tests/libcrash_at_call.so
	$(PYTHON) tests/tools/history_test.py --bin $(COSTMILL) --cases 120 --postgres-cases 60 --seed 1000
	$(PYTHON) tests/tools/kill_test.py --bin $(COSTMILL) --kills 208 --rows 1000000
	$(PYTHON) tests/tools/damage_campaign.py --bin $(COSTMILL) --truncations 3000 --flips 3000
	$(PYTHON) tests/integration/concurrent_runs_test.py --bin $(COSTMILL) --rounds 20 --only "two runs"
	$(PYTHON) tests/tools/dask_faults.py --bin $(COSTMILL) --preload build/release/tests/libcrash_at_call.so --runs 32
	$(PYTHON) tests/integration/watch_test.py --bin $(COSTMILL) --signals 40 --only signals
	$(PYTHON) tests/tools/flip_rate.py --bin $(COSTMILL) --flips 3000 --least 0.1
	tools/bootstrap soak
	tools/first_walk
	tools/check_image

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

bench-s3: build
	@cmake --build --preset release -j $(JOBS) --target fetch_ranges
	$(PYTHON) bench/s3.py --bin $(COSTMILL)

bench-python: build
	@cmake --build --preset release -j $(JOBS) --target costmill_python costmill_python_modules
	PYTHONPATH=build/release/python $(PYTHON) bench/python_threads.py --bin $(COSTMILL)

bench-scaling: build
	@cmake --build --preset release -j $(JOBS) --target costmill_python costmill_python_modules
	PYTHONPATH=build/release/python $(PYTHON) bench/scaling.py all

install: build
	cmake --install build/release --prefix "$(PREFIX)" --component costmill

dist: build
	rm -rf "dist/$(DIST)"
	cmake --install build/release --prefix "dist/$(DIST)" --component costmill
	tar -C dist -czf "dist/$(DIST).tar.gz" "$(DIST)"
	@echo "dist/$(DIST).tar.gz"

clean:
	rm -rf build dist
