# Builds, tests and demonstrates Equipoise. Nothing needs to be exported or installed by hand
# beyond Swift: `make setup` (part of the other targets) checks the rest and fetches libtorch.

SWIFT ?= swift
EQUIPOISE := .build/release/equipoise

# Where SwiftPM finds equipoise-libtorch.pc.
export PKG_CONFIG_PATH := $(CURDIR)/.libtorch$(if $(PKG_CONFIG_PATH),:$(PKG_CONFIG_PATH))

# What every run keeps as the record of what made it.
COMMIT := $(shell git rev-parse HEAD 2>/dev/null)
ifneq ($(COMMIT),)
export EQUIPOISE_COMMIT := $(COMMIT)$(shell git diff --quiet HEAD 2>/dev/null || echo +)
endif

# Where OpenCV's headers are, looked up again for every command: SwiftPM keeps what the manifest found
# until the environment changes.
export EQUIPOISE_OPENCV ?= $(shell ls -d /usr/include/opencv4 /usr/local/include/opencv4 \
  /opt/homebrew/include/opencv4 2>/dev/null | head -n 1)

# Where FFmpeg's libraries are, or `none`: looked up for each command, as `setup` may install them.
ASKED_FFMPEG := $(EQUIPOISE_FFMPEG)
export EQUIPOISE_FFMPEG = $(or $(ASKED_FFMPEG),$(shell scripts/find-ffmpeg))

.PHONY: help setup build demo test test-processors lint sanitize torture fuzz mutants benchmark references \
  check-references pytorch protos gpu-check examples dependent docs wheel clean distclean
.DEFAULT_GOAL := help

help:
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-16s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: ## check the toolchain and make .libtorch/
	@scripts/check-toolchain
	@scripts/setup-libtorch
	@EQUIPOISE_FFMPEG=$(ASKED_FFMPEG) scripts/setup-media

build: setup ## build .build/release/equipoise, and beside it the program that decodes media
	$(SWIFT) build -c release --product equipoise
	$(SWIFT) build -c release --product equipoise-decoder

demo: build ## train on synthetic data and show how the joint model neglects a modality
	$(EQUIPOISE) demo

test: setup ## check the format and run every test
	@scripts/setup-opencv
	@SWIFT=$(SWIFT) MAKE=$(MAKE) scripts/run-tests

test-processors: setup ## run the numeric tests as older and newer processors compute
	@scripts/test-processors

lint: ## check the Swift format
	$(SWIFT) format lint --strict -r Sources Tests Examples Package.swift

sanitize: setup ## run the tests of libtorch's shim under AddressSanitizer and its leak checker
	$(SWIFT) test --sanitize=address --scratch-path .build-asan --disable-xctest \
	  --filter EquipoiseTorchTests --skip LeakTests

torture: build ## kill the program, fail its system calls, cut its power, damage its files; half an hour
	scripts/torture $(TORTURE)

fuzz: setup ## fuzz every parser: a million inputs each
	scripts/fuzz $(FUZZ)

docs: setup ## build DocC pages of the public modules in .build/documentation; any warning is an error
	@scripts/docs

mutants: setup ## see whether the tests notice mutations (Tests/Mutants); takes half an hour
	@scripts/mutants

pytorch: ## make .pytorch/, the Python environment for references and benchmark
	@scripts/setup-pytorch

references: pytorch ## make the tests' golden numbers again; says which changed
	@scripts/make-references

check-references: pytorch ## say which golden numbers the reference scripts would change
	@scripts/make-references --check

protos: ## make Sources/EquipoiseMessages again; needs protoc and protoc-gen-swift
	protoc -I Protos --swift_opt=Visibility=Package --swift_out=Sources/EquipoiseMessages Protos/*.proto

benchmark: build pytorch ## time Equipoise and PyTorch in turn
	$(EQUIPOISE) benchmark

examples: setup ## build the packages of Examples/ against this one and run them
	@SWIFT=$(SWIFT) scripts/examples

dependent: setup ## build and run a package that depends on this one by URL and version
	@SWIFT=$(SWIFT) scripts/test-dependent

gpu-check: ## make .build-gpu/bundle, which checks Equipoise on a machine with an NVIDIA GPU
	scripts/gpu-check $(GPU_CHECK)

wheel: ## make dist/equipoise-*.whl, which pip installs where there is neither Swift nor a compiler
	scripts/make-wheel $(WHEEL)

clean: ## remove what was built
	rm -rf .build .build-mutants .build-gpu .build-wheel .build-examples dist

distclean: clean ## remove libtorch and the Python environments too
	rm -rf .libtorch .pytorch .outside
