#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `adit diagnose` and `adit doctor` where the kernel lacks the module, the headers to build it with, or
# a signature on it that it trusts.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/ike_lib.sh"
. "$NET_DIR/diagnose_lib.sh"

plan_none
need_adit

RELEASE=$(uname -r)
# As a regular expression: "6.12.117+deb12-amd64"
EXACTLY=${RELEASE//+/\\+}
UPDATES=/lib/modules/$RELEASE/updates
SOURCE=/usr/src/adit-0

# doctor_says CHECK REGEX
doctor_says()
{
	adit_ctl left doctor --json >"$TMP/doctor"
	doctor_said "$@"
}

# Everything but that of SHA-384, and nothing that could be loaded for it
lose_algorithm()
{
	awk -v RS= -v ORS='\n\n' '!/sha384/' /proc/crypto >"$TMP/crypto"
	mount --bind "$TMP/crypto" /proc/crypto
}

# A small /lib/modules, so that its list is quickly made; the kernel's own headers are not in it
small_modules()
{
	local tree=$TMP/modules depends

	mkdir -p "$tree"
	depends=$(modinfo -F depends "$ADIT_KO" | tr ',' ' ')
	# shellcheck disable=SC2046,SC2086 # lists of words
	cp $(modinfo -F filename $depends) "$tree"
	mount --bind "$tree" "/lib/modules/$RELEASE"
	depmod 2>/dev/null
}

# Debian's signature of another module, as its last bytes tell (include/linux/module_signature.h): 28 of
# a mark, before them 12 whose last 4 are the signature's length. The kernel refuses it on any machine.
sign_badly()
{
	python3 - "$1" "$2" <<-'PYTHON'
	import lzma, struct, sys
	data = open(sys.argv[1], "rb").read()
	if sys.argv[1].endswith(".xz"):
	    data = lzma.decompress(data)
	size, = struct.unpack(">I", data[-32:-28])
	open(sys.argv[2], "ab").write(data[-(size + 40):])
	PYTHON
}

# A firmware that says that Secure Boot is on (UEFI 2.10 3.3): four bytes of attributes, and 1
secure_boot()
{
	mount -t tmpfs none /sys/firmware &&
		mkdir -p /sys/firmware/efi/efivars &&
		printf '\6\0\0\0\1' \
			>/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c
}

# kernel_lockdown(7)
lockdown()
{
	mount -t tmpfs none /sys/kernel/security &&
		echo "none [integrity] confidentiality" >/sys/kernel/security/lockdown
}

module()
{
	local signed

	# `ip netns exec` has a /sys of its own, without the firmware that is shown below
	diagnose()
	{
		adit_ctl left diagnose net --json >"$TMP/diagnosis" 2>"$TMP/diagnosis.err"
		CODE=$(jq -r .code "$TMP/diagnosis")
	}

	signed=$(modinfo -F filename esp4)
	cp "$signed" "$TMP/"
	adit_unload
	small_modules
	names "the module is nowhere" module-missing "adit-dkms"
	check "the kernel lacks an algorithm" lose_algorithm
	check "doctor: which one" doctor_says algorithms 'fail .*lacks .*hmac\(sha384\)'
	umount /proc/crypto
	check "doctor: the module is not built" doctor_says module "fail .*not built.*linux-headers-$EXACTLY"
	mkdir -p "$SOURCE" "$UPDATES"
	touch "$SOURCE/dkms.conf"
	names "sources, and no headers" headers-missing "apt-get install linux-headers-$EXACTLY"
	mkdir -p "/lib/modules/$RELEASE/build"
	touch "/lib/modules/$RELEASE/build/Makefile"
	names "sources and headers" module-missing "dkms autoinstall -k $EXACTLY"
	check "doctor: dkms or the sources build it" doctor_says module "fail .*not built.*adit-dkms"
	cp "$ADIT_KO" "$UPDATES/"
	depmod 2>/dev/null
	names "it is built and not loaded" module-not-loaded "modprobe adit"
	check "doctor: it is not loaded" doctor_says module "fail .*modprobe adit"
	sign_badly "$TMP/${signed##*/}" "$UPDATES/adit.ko"
	check "Secure Boot, as the firmware says" secure_boot
	names "a signature that the kernel does not trust" module-refused "Key was rejected|Required key"
	check "doctor: who has signed it" doctor_says secure-boot "warn .*adit's is of .*mokutil"
	cp "$ADIT_KO" "$UPDATES/"
	check "doctor: nobody has" doctor_says secure-boot "warn .*has none.*mokutil"
	check "a locked down kernel, as it says" lockdown
	check "doctor: and then it cannot be loaded" doctor_says secure-boot "fail .*has none.*mokutil"
	check_not "which it has not tried" adit_loaded
	names "the kernel would load it" module-not-loaded "modprobe adit"
	check_not "and has not kept it" adit_loaded
	umount /sys/firmware /sys/kernel/security
	modprobe adit
	names "it is loaded" 'config-missing|daemon-not-running'
}

test_cleanup()
{
	umount -q /proc/crypto /sys/firmware /sys/kernel/security "/lib/modules/$RELEASE"
	rm -rf "$SOURCE"
	adit_load
}

module
finish
