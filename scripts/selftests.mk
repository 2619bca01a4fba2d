# SPDX-License-Identifier: GPL-2.0-or-later
# The tests; selftests/check runs them and counts.

# The same sources once more with the address and undefined behaviour sanitizers. The programs'
# main() stays out, so that their parts can be tested one by one.
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

# The helpers of the shell programs in selftests/net/, and the programs there that are in C.
net_programs := $(patsubst selftests/net/%.c,$(O)/net/%,$(wildcard selftests/net/*.c))
net_parts := $(patsubst %.c,$(O)/obj/%.o,$(wildcard selftests/net/lib/*.c))
$(net_programs): $(O)/net/%: $(O)/obj/selftests/net/%.o $(net_parts) $(O)/userspace/libaditnl.a
	$(call link,$(call check_libraries,$(needs_netlink) libcrypto)$(shell \
		$(PKG_CONFIG) --libs $(needs_netlink) libcrypto))
.PHONY: net
net: $(net_programs)
