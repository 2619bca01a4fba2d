// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Proposals as words: read, printed, refused, called weak, and what they are to the kernel.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ike/proposal.h"
#include "lib/words.h"

static char why[PROPOSAL_TEXT_MAX];

static void prints_what_it_reads(void **state)
{
	static const struct {
		enum proposal_kind kind;
		const char *text, *printed;
	} rows[] = {
		{ PROPOSAL_IKE, "aes128-sha1-modp1024", NULL },
		{ PROPOSAL_IKE, "aes256-sha256-modp2048", NULL },
		{ PROPOSAL_IKE, "AES256-SHA384-ECP384", "aes256-sha384-ecp384" },
		{ PROPOSAL_IKE, "3des-md5-modp768", NULL },
		{ PROPOSAL_IKE, "des-sha1-modp1024s160", NULL },
		{ PROPOSAL_IKE, "camellia256-sha512-ecp521", NULL },
		{ PROPOSAL_IKE, "aes-sha2_256;dh14", "aes128-sha256-modp2048" },
		{ PROPOSAL_ESP, "aes128gcm16", NULL },
		{ PROPOSAL_ESP, "aes256gcm16-modp2048", NULL },
		{ PROPOSAL_ESP, "aes_gcm256", "aes256gcm16" },
		{ PROPOSAL_ESP, "aes128-sha256_96", NULL },
		{ PROPOSAL_ESP, "aes192ctr-sha512-curve25519", NULL },
		{ PROPOSAL_ESP, "aes256ccm8", NULL },
		{ PROPOSAL_ESP, "aes128gmac", NULL },
		{ PROPOSAL_ESP, "null-aesxcbc", NULL },
		{ PROPOSAL_ESP, "camellia192-sha384-modp8192-esn", NULL },
		{ PROPOSAL_AH, "sha256-modp2048", NULL },
		{ PROPOSAL_AH, "md5", NULL },
	};
	char text[128];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct proposal_list list = words(rows[i].kind, rows[i].text);

		assert_int_equal(list.count, 1);
		proposal_print(&list.item[0], text, sizeof(text));
		assert_string_equal(text, rows[i].printed ? rows[i].printed : rows[i].text);
	}
}

static void expands_alternatives_in_order(void **state)
{
	struct proposal_list list;
	char text[512];

	(void)state;
	list = words(PROPOSAL_IKE, "aes256-aes128-sha256-sha1-ecp256-modp2048");
	assert_string_equal(proposal_list_print(&list, text, sizeof(text)),
			    "aes256-sha256-ecp256, aes256-sha256-modp2048, aes256-sha1-ecp256, "
			    "aes256-sha1-modp2048, aes128-sha256-ecp256, aes128-sha256-modp2048, "
			    "aes128-sha1-ecp256, aes128-sha1-modp2048");
	list = words(PROPOSAL_ESP, "aes128gcm16-aes256gcm16-modp2048-esn-noesn");
	assert_string_equal(proposal_list_print(&list, text, sizeof(text)),
			    "aes128gcm16-modp2048-esn, aes128gcm16-modp2048, "
			    "aes256gcm16-modp2048-esn, aes256gcm16-modp2048");
	list = words(PROPOSAL_ESP, "aes128-aes256-sha1-sha256-modp1024-modp2048");
	assert_string_equal(proposal_list_print(&list, text, sizeof(text)),
			    "aes128-sha1-modp1024, aes128-sha1-modp2048, "
			    "aes128-sha256-modp1024, aes128-sha256-modp2048, "
			    "aes256-sha1-modp1024, aes256-sha1-modp2048, "
			    "aes256-sha256-modp1024, aes256-sha256-modp2048");
	list = words(PROPOSAL_ESP, "aes128-aes256-aes192-3des-sha1-sha256-sha384-sha512-"
				   "modp1024-modp2048-ecp256-ecp384");
	assert_int_equal(list.count, PROPOSAL_MAX);
	list = words(PROPOSAL_ESP, "aes128gcm16-aes256gcm16-modp2048-esn-noesn");
	/* appended to what is there */
	assert_true(proposal_parse(&list, PROPOSAL_ESP, "aes128-sha1", why, sizeof(why)));
	assert_int_equal(list.count, 5);
}

static void refuses_with_the_word_and_the_cure(void **state)
{
	static const struct {
		enum proposal_kind kind;
		const char *text, *says, *and;
	} rows[] = {
		{ PROPOSAL_IKE, "aes129-sha1-modp1024", "unknown word 'aes129'", "aes192" },
		{ PROPOSAL_IKE, "aes128gcm16-sha1-modp1024", "'aes128gcm16'", "allowed are" },
		{ PROPOSAL_IKE, "aes128-sha1", "names no group", "modp2048" },
		{ PROPOSAL_IKE, "aes128-modp1024", "names no hash", "sha256" },
		{ PROPOSAL_IKE, "sha1-modp1024", "names no cipher", "aes256" },
		{ PROPOSAL_IKE, "", "unknown word ''", "phase 1" },
		{ PROPOSAL_IKE, "aes128--sha1-modp1024", "unknown word ''", "phase 1" },
		{ PROPOSAL_IKE, "aes128-sha1-modp1024-", "unknown word ''", "phase 1" },
		{ PROPOSAL_IKE, "aes128-sha1-modp1024-esn", "'esn'", "phase 1" },
		{ PROPOSAL_ESP, "aes128", "names no integrity algorithm", "sha256" },
		{ PROPOSAL_ESP, "null", "names no integrity algorithm", "sha1" },
		{ PROPOSAL_ESP, "sha1", "names no cipher", "aes128gcm16" },
		{ PROPOSAL_ESP, "aes128gcm16-sha1", "leave out 'sha1'", "aes128gcm16" },
		{ PROPOSAL_ESP, "aes128gcm16-aes128-sha1", "two proposals", "mixes aes128gcm16" },
		{ PROPOSAL_ESP, "chacha20poly1305", "unknown word 'chacha20poly1305'", "ESP" },
		{ PROPOSAL_AH, "aes128-sha1", "unknown word 'aes128'", "AH" },
		{ PROPOSAL_AH, "modp2048", "names no integrity algorithm", "sha512" },
		{ PROPOSAL_IKE,
		  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		  "unknown word", "allowed are" },
		{ PROPOSAL_IKE,
		  "aes128-aes192-aes256-camellia128-sha1-sha256-sha384-sha512-md5-modp1024-"
		  "modp1536-modp2048-modp3072-ecp256",
		  "too many", "at most 64" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct proposal_list list = words(PROPOSAL_ESP, "aes128-sha1");

		assert_false(proposal_parse(&list, rows[i].kind, rows[i].text, why, sizeof(why)));
		if (!strstr(why, rows[i].says) || !strstr(why, rows[i].and))
			fail_msg("%s: %s", rows[i].text, why);
		assert_int_equal(list.count, 1);
	}
}

static void names_weak_parts(void **state)
{
	struct proposal_list list = words(PROPOSAL_IKE, "des-md5-modp1024");
	char text[64];

	(void)state;
	assert_string_equal(proposal_weak(&list.item[0], text, sizeof(text)), "des, md5, modp1024");
	list = words(PROPOSAL_IKE, "aes128-sha1-modp2048");
	assert_string_equal(proposal_weak(&list.item[0], text, sizeof(text)), "");
	list = words(PROPOSAL_ESP, "3des-sha1-modp1536");
	assert_string_equal(proposal_weak(&list.item[0], text, sizeof(text)), "3des, modp1536");
}

/* RFC 4106 8.1, 4309 7.1, 3686 8.1: keys with salt; RFC 4868 2.6: as long as the hash */
static void knows_kernel_names_and_key_lengths(void **state)
{
	static const struct {
		const char *text, *enc, *auth;
		size_t key_len;
		unsigned int icv;
	} rows[] = {
		{ "aes128gcm16", "rfc4106(gcm(aes))", NULL, 20, 128 },
		{ "aes256gcm8", "rfc4106(gcm(aes))", NULL, 36, 64 },
		{ "aes192ccm12", "rfc4309(ccm(aes))", NULL, 27, 96 },
		{ "aes256gmac", "rfc4543(gcm(aes))", NULL, 36, 128 },
		{ "aes128-sha1", "cbc(aes)", "hmac(sha1)", 36, 96 },
		{ "aes256-sha256", "cbc(aes)", "hmac(sha256)", 64, 128 },
		{ "aes256-sha256_96", "cbc(aes)", "hmac(sha256)", 64, 96 },
		{ "aes128ctr-sha384", "rfc3686(ctr(aes))", "hmac(sha384)", 68, 192 },
		{ "aes192-sha512", "cbc(aes)", "hmac(sha512)", 88, 256 },
		{ "3des-md5", "cbc(des3_ede)", "hmac(md5)", 40, 96 },
		{ "des-aesxcbc", "cbc(des)", "xcbc(aes)", 24, 96 },
		{ "camellia256-sha1", "cbc(camellia)", "hmac(sha1)", 52, 96 },
		{ "null-sha256", "ecb(cipher_null)", "hmac(sha256)", 32, 128 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct proposal_list list = words(PROPOSAL_ESP, rows[i].text);
		const struct proposal *p = &list.item[0];

		assert_string_equal(p->esp_cipher->kernel, rows[i].enc);
		assert_int_equal(proposal_key_len(p), rows[i].key_len);
		assert_int_equal(!p->esp_auth, !rows[i].auth);
		if (rows[i].auth)
			assert_string_equal(p->esp_auth->kernel, rows[i].auth);
		assert_int_equal(p->esp_auth ? p->esp_auth->icv_bits : p->esp_cipher->icv_bits,
				 rows[i].icv);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_what_it_reads),
		cmocka_unit_test(expands_alternatives_in_order),
		cmocka_unit_test(refuses_with_the_word_and_the_cure),
		cmocka_unit_test(names_weak_parts),
		cmocka_unit_test(knows_kernel_names_and_key_lengths),
	};

	return cmocka_run_group_tests_name("ike_proposal_words", tests, NULL, NULL);
}
