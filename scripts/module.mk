# SPDX-License-Identifier: GPL-2.0-or-later
# The module. It is built in a shadow of the tree, build/kmod/RELEASE, made of links to the
# sources: kernels of several releases stand side by side and can be built at the same time.

# KVER=6.1, 6.12 and debug stand for kernels that selftests/vm/kernel knows how to come by.
fetched_kernels := 6.1 6.12 debug

ifneq ($(KDIR),)
kernel_build := $(KDIR)
else ifneq ($(filter $(KVER),$(fetched_kernels)),)
kernel_build = $(eval kernel_build := $$(shell selftests/vm/kernel --build $(KVER)))$(kernel_build)
else
KVER := $(or $(KVER),$(shell uname -r))
kernel_build := /lib/modules/$(KVER)/build
endif

.PHONY: module
module:			## adit.ko, in build/kmod/RELEASE/adit.ko
	$(Q)scripts/build-module $(if $(filter 0,$(WERROR)),--no-werror) $(if $(KUNIT),--kunit) \
		"$(kernel_build)"

# The kernel's own test helpers and netlink generator, out of linux-source-6.12.
.PHONY: kselftest
kselftest:
	$(Q)scripts/linux-source

.PHONY: generate
generate: kselftest	## Rewrites what is generated from kmod/adit.yaml
	$(Q)scripts/generate .
