// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Hashes, the prf made of them, and the ciphers, against published vectors.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ike/cipher.h"
#include "ike/hash.h"
#include "lib/hex.h"

/* RFC 2202 2 and 3, RFC 4231 4 */
static const struct {
	const char *hash, *key, *data, *mac;
} macs[] = {
	{ "md5", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
	  "9294727a3638bb1c13f48ef8158bfc9d" },
	{ "md5", "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
	  "750c783e6ab0b503eaa86e310a5db738" },
	{ "sha1", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
	  "b617318655057264e28bc0b6fb378c8ef146be00" },
	{ "sha1", "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
	  "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79" },
	{ "sha256", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
	  "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
	{ "sha256", "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
	  "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
	{ "sha384", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
	  "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59c"
	  "faea9ea9076ede7f4af152e8b2fa9cb6" },
	{ "sha384", "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
	  "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e"
	  "8e2240ca5e69e2c78b3239ecfab21649" },
	{ "sha512", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
	  "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
	  "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854" },
	{ "sha512", "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
	  "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
	  "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737" },
};

static void prf_follows_rfc_2202_and_4231(void **state)
{
	uint8_t mac[HASH_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(macs) / sizeof(*macs); i++) {
		const struct hash *h = hash_by_word(macs[i].hash);
		struct bytes data = hex(macs[i].data);
		/* in two parts: parts are one behind the other */
		struct bytes parts[] = { bytes_of(data.data, 3),
					 bytes_of(data.data + 3, data.len - 3) };

		assert_true(hash_prf(h, hex(macs[i].key), parts, 2, mac));
		assert_hex(bytes_of(mac, h->len), macs[i].mac);
	}
}

/* RFC 2202 test case 6, RFC 4231 test case 6: keys above the block size are hashed first */
static void prf_takes_long_keys(void **state)
{
	struct bytes data = bytes_of("Test Using Larger Than Block-Size Key - Hash Key First", 54);
	uint8_t key[131], mac[HASH_MAX];

	(void)state;
	memset(key, 0xaa, sizeof(key));
	assert_true(hash_prf(hash_by_word("md5"), bytes_of(key, 80), &data, 1, mac));
	assert_hex(bytes_of(mac, 16), "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd");
	assert_true(hash_prf(hash_by_word("sha1"), bytes_of(key, 80), &data, 1, mac));
	assert_hex(bytes_of(mac, 20), "aa4ae5e15272d00e95705637ce8a3b55ed402112");
	assert_true(hash_prf(hash_by_word("sha256"), bytes_of(key, 131), &data, 1, mac));
	assert_hex(bytes_of(mac, 32),
		   "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static void prf_takes_empty_keys(void **state)
{
	struct bytes data = { 0 };
	uint8_t mac[HASH_MAX];

	(void)state;
	/* HMAC-SHA-256 of nothing under nothing */
	assert_true(hash_prf(hash_by_word("sha256"), bytes_of(NULL, 0), &data, 1, mac));
	assert_hex(bytes_of(mac, 32),
		   "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

/* FIPS 180, RFC 1321 A.5: the digests of "abc" */
static void digest_follows_the_standards(void **state)
{
	static const char *const digests[][2] = {
		{ "md5", "900150983cd24fb0d6963f7d28e17f72" },
		{ "sha1", "a9993e364706816aba3e25717850c26c9cd0d89d" },
		{ "sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ "sha384", "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
			    "8086072ba1e7cc2358baeca134c825a7" },
		{ "sha512", "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
			    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f" },
	};
	const struct bytes parts[] = { bytes_of("a", 1), bytes_of("", 0), bytes_of("bc", 2) };
	uint8_t digest[HASH_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(digests) / sizeof(*digests); i++) {
		const struct hash *h = hash_by_word(digests[i][0]);

		assert_true(hash_digest(h, parts, 3, digest));
		assert_hex(bytes_of(digest, h->len), digests[i][1]);
	}
}

static void equality_sees_every_byte(void **state)
{
	uint8_t a[32], b[32];

	(void)state;
	memset(a, 0x5a, sizeof(a));
	memcpy(b, a, sizeof(b));
	assert_true(hash_equal(bytes_of(a, 32), bytes_of(b, 32)));
	assert_true(hash_equal(bytes_of(NULL, 0), bytes_of(NULL, 0)));
	assert_false(hash_equal(bytes_of(a, 32), bytes_of(b, 31)));
	for (size_t i = 0; i < sizeof(a); i++) {
		b[i] ^= 1;
		assert_false(hash_equal(bytes_of(a, 32), bytes_of(b, 32)));
		b[i] ^= 1;
	}
}

static const struct {
	const char *cipher, *key, *iv, *clear, *secret;
} blocks[] = {
	/* RFC 3602 4 */
	{ "aes128", "06a9214036b8a15b512e03d534120006", "3dafba429d9eb430b422da802c9fac41",
	  "53696e676c6520626c6f636b206d7367", "e353779c1079aeb82708942dbe77181a" },
	{ "aes128", "c286696d887c9aa0611bbb3e2025a45a", "562e17996d093d28ddb3ba695a2e6f58",
	  "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
	  "d296cd94c2cccf8a3a863028b5e1dc0a7586602d253cfff91b8266bea6d61ab1" },
	/* NIST SP 800-38A F.2.3, F.2.5 */
	{ "aes192", "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
	  "000102030405060708090a0b0c0d0e0f", "6bc1bee22e409f96e93d7e117393172a",
	  "4f021db243bc633d7178183a9fa071e8" },
	{ "aes256", "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
	  "000102030405060708090a0b0c0d0e0f", "6bc1bee22e409f96e93d7e117393172a",
	  "f58c4c04d6e5f1ba779eabfb5f7bfbd6" },
	/* RFC 3713 A: one block, so that CBC with a zero IV is the block cipher */
	{ "camellia128", "0123456789abcdeffedcba9876543210", "00000000000000000000000000000000",
	  "0123456789abcdeffedcba9876543210", "67673138549669730857065648eabe43" },
	{ "camellia192", "0123456789abcdeffedcba98765432100011223344556677",
	  "00000000000000000000000000000000", "0123456789abcdeffedcba9876543210",
	  "b4993401b3e996f84ee5cee7d79b09b9" },
	{ "camellia256", "0123456789abcdeffedcba987654321000112233445566778899aabbccddeeff",
	  "00000000000000000000000000000000", "0123456789abcdeffedcba9876543210",
	  "9acc237dff16d76c20ef7c919e3a7509" },
	/* NIST SP 800-67 B.1, first block */
	{ "3des", "0123456789abcdef23456789abcdef01456789abcdef0123", "0000000000000000",
	  "5468652071756663", "a826fd8ce53b855f" },
	/* FIPS 81 C.1 */
	{ "des", "0123456789abcdef", "1234567890abcdef",
	  "4e6f77206973207468652074696d6520666f7220616c6c20",
	  "e5c7cdde872bf27c43e934008c389c0f683788499a7c05f6" },
};

static void ciphers_follow_published_vectors(void **state)
{
	uint8_t out[64];

	(void)state;
	for (size_t i = 0; i < sizeof(blocks) / sizeof(*blocks); i++) {
		const struct cipher *c = cipher_by_word(blocks[i].cipher);
		struct bytes key = hex(blocks[i].key), iv = hex(blocks[i].iv);
		struct bytes clear = hex(blocks[i].clear);

		assert_true(cipher_available(c));
		assert_int_equal(key.len, c->key_len);
		assert_int_equal(iv.len, c->block);
		assert_true(cipher_encrypt(c, key.data, iv.data, clear.data, clear.len, out));
		assert_hex(bytes_of(out, clear.len), blocks[i].secret);
		assert_true(cipher_decrypt(c, key.data, iv.data, out, clear.len, out));
		assert_hex(bytes_of(out, clear.len), blocks[i].clear);
	}
}

static void ciphers_refuse_broken_blocks(void **state)
{
	const uint8_t key[CIPHER_KEY_MAX] = { 1 }, iv[CIPHER_BLOCK_MAX] = { 2 };
	uint8_t data[33] = { 3 };
	const struct cipher *c;

	(void)state;
	for (unsigned int i = 0; (c = cipher_row(i)); i++) {
		assert_false(cipher_encrypt(c, key, iv, data, 33, data));
		assert_false(cipher_decrypt(c, key, iv, data, 31, data));
		assert_true(cipher_encrypt(c, key, iv, data, 32, data));
	}
}

/* RFC 2409 appendix A: key lengths only where there are several; peers that send them anyway */
static void numbers_name_ciphers(void **state)
{
	(void)state;
	assert_ptr_equal(cipher_by_number(7, 128), cipher_by_word("aes128"));
	assert_ptr_equal(cipher_by_number(7, 256), cipher_by_word("aes256"));
	assert_ptr_equal(cipher_by_number(8, 192), cipher_by_word("camellia192"));
	assert_ptr_equal(cipher_by_number(5, 0), cipher_by_word("3des"));
	assert_ptr_equal(cipher_by_number(5, 192), cipher_by_word("3des"));
	assert_ptr_equal(cipher_by_number(1, 0), cipher_by_word("des"));
	assert_null(cipher_by_number(7, 0));
	assert_null(cipher_by_number(7, 129));
	assert_null(cipher_by_number(3, 128));
	assert_ptr_equal(hash_by_number(2), hash_by_word("sha1"));
	assert_ptr_equal(hash_by_number(4), hash_by_word("sha2_256"));
	assert_null(hash_by_number(3));
	assert_null(hash_by_number(0));
	assert_null(hash_by_word("sha2"));
	assert_true(cipher_by_word("des")->weak && cipher_by_word("3des")->weak &&
		    hash_by_word("md5")->weak);
	assert_false(cipher_by_word("aes128")->weak || hash_by_word("sha1")->weak);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prf_follows_rfc_2202_and_4231),
		cmocka_unit_test(prf_takes_long_keys),
		cmocka_unit_test(prf_takes_empty_keys),
		cmocka_unit_test(digest_follows_the_standards),
		cmocka_unit_test(equality_sees_every_byte),
		cmocka_unit_test(ciphers_follow_published_vectors),
		cmocka_unit_test(ciphers_refuse_broken_blocks),
		cmocka_unit_test(numbers_name_ciphers),
	};

	return cmocka_run_group_tests_name("ike_hash", tests, NULL, NULL);
}
