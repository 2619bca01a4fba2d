# SPDX-License-Identifier: GPL-2.0-or-later
# The tests' programs, and the targets that run them. selftests/check runs and counts.

# Unit tests: one program for each file in selftests/unit, linked with the same sources as the
# daemon and the tool, but compiled with the address and undefined behaviour sanitizers. main()
# stays out, so that the parts can be tested one by one.
$(O)/san/libike.a: $(call objects,$(O)/san,ike)
	$(archive)
$(O)/san/libaditnl.a: $(call objects,$(O)/san,netlink)
	$(archive)
$(O)/san/libaditd.a: $(filter-out %/main.o,$(call objects,$(O)/san,aditd))
	$(archive)
$(O)/san/libadit.a: $(filter-out %/main.o,$(call objects,$(O)/san,adit))
	$(archive)
$(O)/san/libunit.a: $(patsubst %.c,$(O)/san/%.o,$(wildcard selftests/unit/lib/*.c))
	$(archive)
san_libraries := $(addprefix $(O)/san/,libunit.a libaditd.a libadit.a libike.a libaditnl.a)

libs_all = $(call check_libraries,cmocka)$(shell $(PKG_CONFIG) --libs cmocka $(needs_all) \
	$(if $(have_systemd),libsystemd)) -lm

unit_programs := $(patsubst selftests/unit/%.c,$(O)/unit/%,$(wildcard selftests/unit/*.c))
$(unit_programs): $(O)/unit/%: $(O)/san/selftests/unit/%.o $(san_libraries)
	$(call link,$(libs_all),$(sanitize))
.PHONY: unit
unit: $(unit_programs)

# The simulator: once as the daemon is compiled, for many engines, and once with the sanitizers.
sim_sources := $(wildcard selftests/sim/*.c) $(wildcard selftests/unit/lib/world*.c) \
	selftests/unit/lib/pki.c
$(O)/sim/sim: $(sim_sources:%.c=$(O)/obj/%.o) $(O)/userspace/libike.a
	$(call link,$(libs_all))
$(O)/sim/sim-san: $(sim_sources:%.c=$(O)/san/%.o) $(O)/san/libike.a
	$(call link,$(libs_all),$(sanitize))
.PHONY: sim
sim: $(O)/sim/sim $(O)/sim/sim-san

# Minutes; SEED=... plays one again.
.PHONY: simulate
simulate: $(O)/sim/sim	## A thousand tunnels for a virtual day on a bad network (SEED=...)
	$(Q)$(O)/sim/sim --long $(if $(SEED),--seed $(SEED))

# kselftest programs in C, and the tools that the scripts beside them use.
net_programs := $(patsubst selftests/net/%.c,$(O)/net/%,$(wildcard selftests/net/*.c))
net_library := $(patsubst %.c,$(O)/obj/%.o,$(wildcard selftests/net/lib/*.c))
$(O)/net/libnet.a: $(net_library)
	$(archive)
$(net_programs): $(O)/net/%: $(O)/obj/selftests/net/%.o $(if $(net_library),$(O)/net/libnet.a) \
		$(O)/userspace/libike.a $(O)/userspace/libaditnl.a
	$(call link,$(libs_adit))
$(O)/obj/selftests/%.o: cflags += -isystem $(O)/kselftest
$(patsubst %.c,$(O)/obj/%.o,$(wildcard selftests/net/*.c)): | kselftest
$(O)/net/pki/made: selftests/net/lib/pki
	$(say) PKI $@
	$(Q)$< $(@D)
# The other peer, once for all; whether it could be fetched, the test that needs it tells.
$(O)/libreswan/usr:
	$(say) FETCH $(@D)
	$(Q)selftests/net/lib/libreswan $(@D)
.PHONY: net
net: $(net_programs) $(O)/net/pki/made | $(O)/libreswan/usr

# Fuzzing needs clang's runtime; everything is compiled once more, with coverage.
FUZZ_CC ?= clang
fuzz_flags := -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -O1
$(O)/fuzz/obj/%.o: CC = $(FUZZ_CC)
$(O)/fuzz/obj/%.o: %.c $(O)/flags
	$(call compile,,$(fuzz_flags:-fsanitize=fuzzer%=-fsanitize=fuzzer-no-link%))
# An archive a folder: files of one name in two folders would take each other's place.
fuzz_libraries := $(foreach part,ike netlink aditd adit,$(O)/fuzz/lib$(part).a)
define fuzz_library
$(O)/fuzz/lib$(1).a: $$(filter-out %/main.o,$$(call objects,$$(O)/fuzz/obj,$(1)))
	$$(archive)
endef
$(foreach part,ike netlink aditd adit,$(eval $(call fuzz_library,$(part))))
fuzz_programs := $(patsubst selftests/fuzz/%.c,$(O)/fuzz/%,$(wildcard selftests/fuzz/*.c))
$(fuzz_programs): CC = $(FUZZ_CC)
$(fuzz_programs): $(O)/fuzz/%: $(O)/fuzz/obj/selftests/fuzz/%.o $(fuzz_libraries)
	$(call link,$(libs_all),$(fuzz_flags))
.PHONY: fuzz
fuzz: $(fuzz_programs)

.PHONY: demo
demo:			## A tunnel between adit and strongSwan, shown in a virtual machine
	$(Q)selftests/demo/run

.PHONY: check
check:			## Every test there is; ends with "N passed, N failed, N skipped"
	$(Q)selftests/check

# "make check-net KERNELS=6.12 ONLY=esp.sh": one layer, one kernel, one program.
check-%: FORCE
	$(Q)selftests/check $(if $(KERNELS),--kernels "$(KERNELS)") $(if $(ONLY),--only "$(ONLY)") $*

.PHONY: debug-kernel
debug-kernel:		## A 6.12 kernel with KASAN, lockdep and kmemleak, in build/debug-kernel
	$(Q)selftests/vm/build-debug-kernel

.PHONY: debug-check
debug-check:		## Every test of the data plane on the debug kernel, in parts (hours)
	$(Q)selftests/vm/kernel debug >/dev/null 2>&1 || selftests/vm/build-debug-kernel
	$(Q)selftests/check $(if $(ONLY),--only "$(ONLY)") debug

.PHONY: bench
bench: userspace	## adit beside XFRM and WireGuard, in instructions, in a virtual machine
	$(Q)selftests/bench/run

.PHONY: coverage
coverage:		## Which lines of kmod/ the tests reach, per file, on a kernel built for it
	$(Q)selftests/coverage
