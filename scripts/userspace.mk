# SPDX-License-Identifier: GPL-2.0-or-later
# The libraries, the daemon and the tool. Sources are found by wildcard: a new file is built.

cflags := -std=gnu11 -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers \
	$(if $(filter 0,$(WERROR)),,-Werror) \
	-D_GNU_SOURCE= -DADIT_VERSION='"$(VERSION)"' -DADIT_SYSCONFDIR='"$(sysconfdir)"' \
	-Iuserspace -Ikmod/uapi -fstack-protector-strong -fPIE
harden := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
sanitize := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -O1
ldflags := -pie -Wl,-z,relro -Wl,-z,now

# pkg-config's name of each library, and Debian's name of the package that holds it.
package_libnl-3.0 := libnl-3-dev
package_libnl-genl-3.0 := libnl-genl-3-dev
package_libnl-route-3.0 := libnl-route-3-dev
package_libcrypto := libssl-dev
package_libcrypt := libcrypt-dev
package_libuv := libuv1-dev
package_libconfuse := libconfuse-dev
package_jansson := libjansson-dev
package_expat := libexpat1-dev
package_libcap-ng := libcap-ng-dev
package_libseccomp := libseccomp-dev
package_cmocka := libcmocka-dev

needs_netlink := libnl-3.0 libnl-genl-3.0 libnl-route-3.0
needs_aditd := $(needs_netlink) libcrypto libcrypt libuv libconfuse jansson libcap-ng libseccomp
needs_adit := $(needs_netlink) libcrypto jansson expat
needs_all := $(sort $(needs_aditd) $(needs_adit))

# Read once, when something is compiled: "make help" works where no library is installed.
missing = $(foreach p,$(1),$(if $(shell $(PKG_CONFIG) --exists $(p) && echo yes),,$(package_$(p))))
check_libraries = $(if $(strip $(call missing,$(1))),$(error libraries are missing; \
	apt-get install pkg-config$(foreach p,$(call missing,$(1)), $(p))))
lib_cflags = $(eval lib_cflags := $$(call check_libraries,$(needs_all))$$(shell \
	$(PKG_CONFIG) --cflags $(needs_all)) $(systemd_cflags))$(lib_cflags)
# libsystemd only tells systemd that the daemon is ready: it is built without where it is missing.
have_systemd = $(shell $(PKG_CONFIG) --exists libsystemd && echo yes)
systemd_cflags = $(if $(have_systemd),-DHAVE_SYSTEMD $(shell $(PKG_CONFIG) --cflags libsystemd))
libs_aditd = $(shell $(PKG_CONFIG) --libs $(needs_aditd) $(if $(have_systemd),libsystemd))
libs_adit = $(shell $(PKG_CONFIG) --libs $(needs_adit))

objects = $(patsubst %.c,$(1)/%.o,$(wildcard userspace/$(2)/*.c))

# Made under another name and moved: what exists is whole, even after a kill -9, and two makes at
# the same time do not spoil each other's work.
define compile
$(say) CC $<
$(Q)mkdir -p $(@D); t=$@.$$$$; $(CC) $(cflags) $(1) $(lib_cflags) $(CFLAGS) $(2) \
	-MMD -MP -MT $@ -MF $(@:.o=.d) -c -o $$t $< && mv $$t $@ || { rm -f $$t; exit 1; }
endef

define archive
$(say) AR $@
$(Q)mkdir -p $(@D); t=$@.$$$$; ar rcsD $$t $(filter %.o,$^) && mv $$t $@
endef

# $(call link,LIBS,FLAGS): objects first, then our archives in whatever order they need each other.
define link
$(say) LD $@
$(Q)mkdir -p $(@D); t=$@.$$$$; $(CC) $(2) $(ldflags) $(LDFLAGS) -o $$t $(filter %.o,$^) \
	-Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(1) && mv $$t $@ || \
	{ rm -f $$t; exit 1; }
endef

# A change of flags rebuilds: this file's time changes only when what is in it does.
$(O)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(cflags) $(CFLAGS) $(LDFLAGS)' | cmp -s - $@ || \
		echo '$(CC) $(cflags) $(CFLAGS) $(LDFLAGS)' > $@
.PHONY: FORCE
FORCE:

$(O)/obj/%.o: %.c $(O)/flags
	$(call compile,$(harden))

$(O)/san/%.o: %.c $(O)/flags
	$(call compile,,$(sanitize))

$(O)/userspace/libike.a: $(call objects,$(O)/obj,ike)
	$(archive)
$(O)/userspace/libaditnl.a: $(call objects,$(O)/obj,netlink)
	$(archive)

$(O)/userspace/aditd: $(call objects,$(O)/obj,aditd) $(O)/userspace/libike.a $(O)/userspace/libaditnl.a
	$(call link,$(libs_aditd))
$(O)/userspace/adit: $(call objects,$(O)/obj,adit) $(O)/userspace/libike.a $(O)/userspace/libaditnl.a
	$(call link,$(libs_adit))

.PHONY: userspace
userspace: $(O)/userspace/aditd $(O)/userspace/adit	## aditd and adit, in build/userspace/

-include $(shell find $(O)/obj $(O)/san -name '*.d' 2>/dev/null)
