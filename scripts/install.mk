# SPDX-License-Identifier: GPL-2.0-or-later
# Installing. The module goes through DKMS (dkms.conf) or "make install-module"; the rest is here.

bashcompletiondir ?= $(prefix)/share/bash-completion/completions
unitdir ?= $(prefix)/lib/systemd/system
sysusersdir ?= $(prefix)/lib/sysusers.d
tmpfilesdir ?= $(prefix)/lib/tmpfiles.d
docdir ?= $(prefix)/share/doc/adit
datadir ?= $(prefix)/share/adit
INSTALL ?= install

manuals := $(wildcard userspace/man/*.[1-8])
# Where a manual goes: share/man/man8/adit.8.
manual_path = $(mandir)/man$(patsubst .%,%,$(suffix $(1)))/$(notdir $(1))
completions := $(filter-out %.md,$(wildcard userspace/completion/*))

installed = $(sbindir)/aditd $(sbindir)/adit $(foreach m,$(manuals),$(call manual_path,$(m))) \
	$(addprefix $(bashcompletiondir)/,$(notdir $(completions))) $(unitdir)/adit.service \
	$(sysusersdir)/adit.conf $(tmpfilesdir)/adit.conf $(docdir)/README.md $(datadir)/grafana.json

.PHONY: install
install: userspace	## Installs the daemon, the tool, manuals, unit (DESTDIR, prefix)
	$(Q)$(INSTALL) -d $(addprefix $(DESTDIR),$(sort $(dir $(installed))) \
		$(sysconfdir)/adit/conf.d)
	$(Q)$(INSTALL) -m 755 $(O)/userspace/aditd $(O)/userspace/adit $(DESTDIR)$(sbindir)/
	$(Q)$(foreach m,$(manuals),$(INSTALL) -m 644 $(m) $(DESTDIR)$(call manual_path,$(m)) &&) :
	$(Q)$(INSTALL) -m 644 $(completions) $(DESTDIR)$(bashcompletiondir)/
	$(Q)sed 's,/usr/sbin/adit,$(sbindir)/adit,' userspace/systemd/adit.service \
		> $(DESTDIR)$(unitdir)/adit.service
	$(Q)chmod 644 $(DESTDIR)$(unitdir)/adit.service
	$(Q)$(INSTALL) -m 644 userspace/systemd/adit.sysusers $(DESTDIR)$(sysusersdir)/adit.conf
	$(Q)$(INSTALL) -m 644 userspace/systemd/adit.tmpfiles $(DESTDIR)$(tmpfilesdir)/adit.conf
	$(Q)$(INSTALL) -m 644 README.md $(DESTDIR)$(docdir)/
	$(Q)$(INSTALL) -m 644 userspace/grafana/adit.json $(DESTDIR)$(datadir)/grafana.json
	$(Q)chmod 750 $(DESTDIR)$(sysconfdir)/adit $(DESTDIR)$(sysconfdir)/adit/conf.d
	$(Q)[ -e $(DESTDIR)$(sysconfdir)/adit/adit.conf ] || \
		$(INSTALL) -m 640 userspace/systemd/adit.conf $(DESTDIR)$(sysconfdir)/adit/
	@echo 'The module: make install-module, or through DKMS: see README.md.'
	@echo 'The user of the daemon: systemd-sysusers; the unit: systemctl daemon-reload.'

.PHONY: uninstall
uninstall:		## Removes what install put there, but the configuration
	$(Q)rm -f $(addprefix $(DESTDIR),$(installed))
	$(Q)rmdir --ignore-fail-on-non-empty $(DESTDIR)$(docdir) $(DESTDIR)$(datadir) 2>/dev/null || :

.PHONY: install-module
install-module: module	## Installs adit.ko for the chosen kernel, without DKMS
	$(Q)scripts/build-module --install "$(DESTDIR)" "$(kernel_build)"

.PHONY: uninstall-module
uninstall-module:	## Removes it
	$(Q)rm -f $(DESTDIR)/lib/modules/*/updates/adit.ko*

.PHONY: deb
deb:			## Debian packages adit and adit-dkms, in build/deb/
	$(Q)scripts/build-deb
