# SPDX-License-Identifier: GPL-2.0-or-later
# "make help" tells what can be made. Everything made goes under build/.

VERSION := 0.1.0
O := build

prefix ?= /usr/local
sbindir ?= $(prefix)/sbin
mandir ?= $(prefix)/share/man
sysconfdir ?= /etc

CC ?= cc
CFLAGS ?= -O2 -g
# WERROR=0 builds in spite of a compiler's new warnings.
WERROR ?= 1
PKG_CONFIG ?= pkg-config
PYTHON := /usr/bin/python3

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
MAKEFLAGS += --no-builtin-rules

.PHONY: all
all: module userspace	## The module for the chosen kernel, the daemon and the tool (default)

.PHONY: help
help:			## This list
	@echo 'Targets:'
	@sed -n 's/^\([a-z][a-z-]*\):[^#]*## \(.*\)/  \1|\2/p' $(MAKEFILE_LIST) | \
		awk -F'|' '{ printf "%-22s %s\n", $$1, $$2 }'
	@echo
	@echo 'Variables:'
	@echo '  KVER=...      the kernel to build for: a release (default: the running kernel), or'
	@echo '                6.1, 6.12 (fetched from Debian into build/kernels), or debug'
	@echo '  KDIR=...      or a kernel build tree, wherever it is'
	@echo '  prefix=...    where to install (default /usr/local); DESTDIR=... goes before it'
	@echo '  WERROR=0      build in spite of compiler warnings'
	@echo '  V=1           show the commands'

ifeq ($(V),1)
Q :=
say = @:
else
Q := @
say = @printf '  %-8s%s\n'
endif

include scripts/module.mk
include scripts/userspace.mk
include scripts/selftests.mk
include scripts/install.mk

.PHONY: clean
clean:			## Removes what was built, but not the fetched kernels
	$(Q)rm -rf $(filter-out $(O)/kernels $(O)/debug-kernel $(O)/coverage-kernel \
		$(O)/linux-source,$(wildcard $(O)/*))

.PHONY: distclean
distclean:		## Removes build/ whole
	$(Q)rm -rf $(O)
