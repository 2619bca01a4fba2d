// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Key derivation, and the encryption of messages under the keys.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ike/keymat.h"
#include "ike/seal.h"
#include "lib/hex.h"

/* Vectors in the form of NIST's ACVP, as another implementation publishes them with its results */
struct acvp {
	const char *psk; /* NULL: signatures */
	const char *ni, *nr, *initiator, *responder, *secret;
	const char *skeyid, *skeyid_d, *skeyid_a, *skeyid_e;
};

static const struct acvp acvp[] = {
	{ "75", "b9a2d0e922dc66dd", "2130166863b5ddef", "83d374c30b3b5082", "5afc0da06c728029",
	  "739003ba2c11c982946c65e26acf661fbf8ebb78011a9fead79efa12fe3e71cc",
	  "62b04d112877e442fc3282fc37c076997718a0b9", "369e5aad1bdb5faf6a3d929d500cdc236710a9ab",
	  "588e957d8d790d093b3a39f121473473af78e9bb", "cd74b0c048219db81384d3fda8f6cda51e398a2b" },
	{ NULL, "69a62284195f1680", "80c94ba25c8abda5", "8c3bcd3a69831d7f", "d2d9a7ff4fbe95a7",
	  "8ba4cbc73c0187301dc19a975823854dbd641c597f637f8d053a83b9514673eb",
	  "707197817fb2d90cf54d1842606bdea59b9f4823", "384be709a8a5e63c3ed160cfe3921c4b37d5b32d",
	  "48b327575abe3adba0f279849e289022a13e2b47", "a4a415c8e0c38c0da847c356cc61c24df8025560" },
};

/* All of it, computed with Python's hmac module from the formulas of RFC 2409 5 and appendix B */
struct derived {
	const char *hash, *cipher;
	const char *psk, *ni, *nr, *gxi, *gxr, *secret;
	const char *skeyid, *skeyid_d, *skeyid_a, *skeyid_e, *key, *iv;
	const char *hash_i, *hash_r; /* over SA "sa", identities "idi", "idr" */
	const char *iv2; /* of exchange 0x89abcdef after block "last" */
	const char *hash1, *hash2, *hash3; /* over "cov" */
	const char *child, *child_pfs; /* ESP, SPI 0xc0ffee11 */
	const char *signature; /* SKEYID */
};

static const struct derived derived[] = {
	{ "sha1", "aes128",
	  "a8b86be1f2e47b9683dbe7",
	  "12c12b35a46deb51fa19611b9adb42544090342e26a66904",
	  "95f1664ece4932d1df549ea499d38854",
	  "c66153b2d084adc88378d904f092efaaeefa39871fc6795d7d1f9c109cc896edfaf86552026bdd5e"
	  "4ff8a0ae047e376d8f05ccba4920b003ab187ffffcaeee59",
	  "6a9a4bcde8f3eda1ba041788dfc14728d2a56cbe909f5bdf91cbf57e5ba9378bdb9a1d522ab00a30"
	  "e8b75504e3cf1de5db6e2fc73ab6b9f017a0b2952de57083",
	  "9d24fca81f5b6c888821e69bb09a07246450be8ea1e7f68a1b0838d564e40d8d",
	  "93486f4844e52d3c41aeb1638cd5a8208014a5e1",
	  "7e57c37eed3ab69992ca109022758008dd2c3a11",
	  "4e293dc8fd91f48ea1cb9479c829b5701f706ff4",
	  "145584a36836b4e43d8cbd44de716690b83aa80b",
	  "145584a36836b4e43d8cbd44de716690",
	  "27c9d272ae7e225ab957dd7a02cf6012",
	  "1bd04c625645d405fad5e1dc7df94a55550ca9a8",
	  "404c5bb97a30ea1c735191e7b4522e3afa606e13",
	  "9798795422fc3eb8231cae4c48ddd522",
	  "3cd08f4a3d4a7460f5c041cc66df10a7e3e2a39b",
	  "29a91cea0cdafe5137ba40abe48b9dfab9382320",
	  "8ed60582a20077aa42ae6dbaf357281e4f8e6ab9",
	  "f437cb2d0dd14e190633489b83b5a4338067ce7485d2851ed700f3de501db315b2de91dd122c0baf"
	  "4363b4f69fc027c5ba275b4ca47df6e07163c5eb3ab85aed16a33296",
	  "08e5ab0c887987656386eec1ce58d4e9a91f806c3c1ca05770596e72fb1c1ed3ca25073c",
	  "5a31e68f08cd6d42676acb117d1f83f1aa77c2f9" },
	{ "sha1", "aes256",
	  "a51957e05155ab41998b39",
	  "12c12b35a46deb51fa19611b9adb42544090342e26a66904",
	  "381224878259d90f9a31c00e1ff07dde",
	  "c66153b2d084adc88378d904f092efaaeefa39871fc6795d7d1f9c109cc896edfaf86552026bdd5e"
	  "4ff8a0ae047e376d8f05ccba4920b003ab187ffffcaeee59",
	  "6a9a4bcde8f3eda1ba041788dfc14728d2a56cbe909f5bdf91cbf57e5ba9378bdb9a1d522ab00a30"
	  "e8b75504e3cf1de5db6e2fc73ab6b9f017a0b2952de57083",
	  "651c6a322f444d37ea83ca4cd2c3ee3f108a1671205bfc1dd539be9adf40970c",
	  "3fd30ccfb93ae079c16306a4e3306e483fe83cbf",
	  "9f01ccfcd4b4e52e551b5dc8e056cc9a1c3cf9c7",
	  "2aebf005a6baf64a46a4a6f550af9fe3a87324ab",
	  "f32a75017135c1fb90708a72f009245479e156dc",
	  "8954b6f60d0b59350712515f68ae5545ab046c2e9c338888fbb0cf714c89dec9",
	  "27c9d272ae7e225ab957dd7a02cf6012",
	  "673157e8241866734803095b608c154e3fa993e3",
	  "0e05ecd332c70ab0b759cf0d76ac45d7e151e46f",
	  "9798795422fc3eb8231cae4c48ddd522",
	  "acd455d5b52de69a73ecbcda158796d2bba74ac9",
	  "b77a0d4a41efb6c9036298410cc4fb9cea12d9fb",
	  "ee38be72cece2646fe220351bf19358dde0373b1",
	  "a9e0162fa3d51f94fc9888255370c4802ec10e4e5b09392886b689c30bd933e83d4888922aef5c1c"
	  "2eaa814a3afbee6223b557b06d91894cb0a77a589bb9086f8231d709",
	  "11595af1ef5ff81c63533f9eb2e0ab1e66c8db0c631bf43841b47ba2346fc1a4a71ee7c5",
	  "d07f752f4feb8373c4d99044bcc8b9cf83e522ca" },
	{ "md5", "3des",
	  "b299219c0d965610146c9a",
	  "213f9967d960e3709d931e7609c5aa01ca716cc6887020fa",
	  "e539af6202d2bc05e7107a91b1e0d82d",
	  "5670f9651c9e6cc7a2286ac821fdbfa3e2507317c48ebbb7f920f87ec339a36c1f4b8be1446cd76f"
	  "758a96009ea613aca2bc11c9e6907672815842e3913d60e3",
	  "255b4e402e0cece33c6c54498e6cda7769fd675a69d8ca36bf6901bf002083eb12561233a3398d85"
	  "45d83da3fe6659b55b5c5e7d35a6223aa2bcb6a418286711",
	  "97b64aebf417761e0a3295b0f2b679d8d416969544b796bbb156880512315a4a",
	  "2a0ea58f5d3cb00ea1733cd89d653795",
	  "0fbcaec3e53ba4c3cfce742f7ff40986",
	  "f0bdf1dd9fa4dfa454649be35a646b65",
	  "f6a457754efa438457ade3aa8c2b13ef",
	  "e2145ebdb0f87527d805b361cd00a67489cb01fb689f21ae",
	  "44da59b0bb398419",
	  "75af878d98da878606028d5cfee9073c",
	  "4550abe79f79765245a34a99f83f9990",
	  "0ea45d765110bf5a",
	  "409d94085d477dde5be66235a06617d9",
	  "1d04e3027d2ee91b12c8d9c3efbfe05c",
	  "d700ba56839f617c5f436a82b13bbe57",
	  "dcf9c16aff0f16ed1aa443a80fced65403ff6a6f812ca92a40d17321eb9195ddc3af7b3f39be78c1"
	  "3c3d5b4ff9375d0f1e1ffc962979ecae3e0a61e1dcea0dd0d453c228",
	  "aeba35b8e74549e0a10b0b5b9607d395c0b0405f64a1b4826a971ed2e961e6d0dfb3815c",
	  "c2920487f2bea3a4ea3479d3c770e8fc" },
	{ "sha256", "aes256",
	  "539035a756308eecf4a082",
	  "664a5c734fa728f425d154c06ae2a7709314bb5cf87d72b3",
	  "381224878259d90f9a31c00e1ff07dde",
	  "3a4a938b3baa89329862f6c3108112603f5717ef0d5757ba297004bec23f9f058fbd6261c22bb43c"
	  "4775074ed5269762df64fed9fc5a200c067fa74539e6d29d",
	  "a7086ea978799d57e8c8d66323b2e15e34852832138e7432e42c042d40838806e1237232a6817f76"
	  "0d4ba53bdf4c5872f1b10e728e6eb4770901e238578b90e6",
	  "651c6a322f444d37ea83ca4cd2c3ee3f108a1671205bfc1dd539be9adf40970c",
	  "bc1174c2804217bb8ec6791fd34a547950f4b8ac084fd14d29683c0568e9fb91",
	  "179d01d2291838bebe3f3c744b6f48e4e93fdfc5b93e2bdd84ef0294812f9d9b",
	  "f0a50a227ba01d4824ecf8ea2743df8070b745939c485d5e9dc0d725fdbb8687",
	  "012e7742e4aab8aac5228ce4350fb9ad3d94cfe1acd838ae1b31d860a2b4ba2a",
	  "012e7742e4aab8aac5228ce4350fb9ad3d94cfe1acd838ae1b31d860a2b4ba2a",
	  "591f9f68ebdb167362c25107d2e28e04",
	  "444c7ef5e446ccf2e507b813eb4f73ea9805a0a388a8cabcc67500e4eb4df6df",
	  "93068be93dc163d6948c3430bd7f2e12a85a23ce4ecb7c2a2108577d516a96f4",
	  "abc659586062979a16eb1922d9d5e2a8",
	  "c4018f1c1d2772a594f92d61ca8bef3d985ffbe80f43fa94a4d6605ec1f1fbe8",
	  "067cabf96586a73900e58070c61370aa299c1a33dd277baab87cbd529fc6cddc",
	  "45c1962f526e6c3b7202e9e5a499ef4cd7fe0c18fea13fe8fa952a158659e99e",
	  "54f3b76f6b40ce6c75973ed951063373e41490466d0be972d3393270e8862b88dcf6bf5b83866447"
	  "5d3b61df9cd8e99d85c20a188374e588a3d509f6ed120edaf6bef516",
	  "cc222e681ed6bf4971e0fdb1d81f4a9c99e5133381187b09eb42bd525636d4a80c187037",
	  "ccb3f157f1d86d30f2ab6ed391789dc41750423253e2229685f60d2704445785" },
	{ "sha512", "aes192",
	  "798e48923a2abf72097016",
	  "dc4434d8554b4fe5a78fa2ba7f7b81a323355b1923129676",
	  "154ed5250bdbc4befb596c50b63b64dc",
	  "99afb59e5145f092d1c81b7fa21804b052af20cdc37731e427941c9b2b753532fcd1cc300d6d1e96"
	  "a9c93a821b8383e4b99d308fc8287e916abe3d70cdb4e73e",
	  "903e8526815727001d82f68ff63b6268cf0782d314b907bac8e0924114918e05766994b5d658aaef"
	  "4a025c4637498fe1fa46847208f55228b2ad1e5bc1196e23",
	  "77b00588db430096c1badd7d633cecfbd073b0c2eb05053d86e6bd30109e5dd7",
	  "f007b6184d6fd3eb5430e51bad38f0f192aeb25452925685475732982b6b6b258d23228d05cdfb48"
	  "aec7f8cb85002ca504e204b99d3f64895c3a38885a1b8bbb",
	  "ae6506474969b2be84726b43ab39e0dd7d3f2c83d179d29a41744c7adc8584780f9ea6c88f1d5e1e"
	  "d207281fe06f33f93dedddb009d4631534db83bf30259144",
	  "404e129d36819082cb32784146a59f77152653304e006a2a29cf763a7beed4d21eda43ce46834579"
	  "db71702c9ae0c16c38fd9a33d34324ffc1ac0cbe382163cb",
	  "3337f905d0efe9ba177c3b8fc92364d9efe85852b74d524a6100e756945e047c4434e48c47f65e8f"
	  "0c760ba7fdd137b1e00d7f0909b64c08d5d2f1cd98bdd53d",
	  "3337f905d0efe9ba177c3b8fc92364d9efe85852b74d524a",
	  "66348730606b70bf537017f39163b16c",
	  "bd15cf53b0ff362a3325a286fba75dec5f4d359220db40d8cfb532a374bc9e39940d3b898d37c656"
	  "3c8e9166e2fc5355376a37c092a9333fb1801dab67ded870",
	  "d0d8893aaa64d69e69b49fb32553c246045e4218ad922e946fc397a0b57c88c5c083ca5b8a63925e"
	  "8d3bcba70cad167a3fc15637171560d6fc494bf8402da3d7",
	  "8646aa38f0f77095dad7fa751642f834",
	  "7feceaa1b80f217b9715e5ea4c7791a12c56b30f8040c925fa46f930c22347fd4442bbff32c02d21"
	  "bce4b122a52dcb0c97f20a764103ee7f53a145fd55904588",
	  "4053ed7b1d2a88ea7645da96070c406a3dc1a76603d28a74b8262ebc1b4540150330c605bf503e17"
	  "22840c6b95295da6e64d250ebe3cbf4d474d8405e43913ac",
	  "08438eb53a1b624d605b7c2a9f77a37282444d99fb858ec0224625e512c3b6c25bbb2b94ebe85178"
	  "da90cfb635a2cbd08c32a6058b8a583828df0a725ba87304",
	  "310593e90f1406465369a97ae5ef1d802dbd1b7cb30365f299d042ffaa4198b4512828ba25896e09"
	  "69dc4190b7332a0e3ac37123e197d1e86b245c9e8124c6bbcb68d5a2",
	  "050784002714f21e431c6d9790124585d0af00d5af4faa0831eb1e2a6fc85632c04b9d06",
	  "8e3294e07c144d8e169443d1ff47c523501222ad836a6b88aacfa07b4c1b2a3ea36f0b1fb8793012"
	  "cdd9d0384cc217483a2651c91c2c7fef7205da2bfb729e30" },
	{ "sha384", "camellia256",
	  "aa6570aceec47b743317f8",
	  "c1b8aa9a161d4ee08a2755305aaae20c8e81114541c40a7b",
	  "10bcef284679b2b4b0b995844e3eb7c7",
	  "b9e0f2b41a4747e37605f957bab3956420e13893a646c34eed4da58e48ee2d81acb960388a368df8"
	  "ac78dd2de05aa39466b3db2dcff5f595dc8977c001746a0f",
	  "4df557b84a9c59e73c2611fac9d9113a69889ea72d3077c021a8f4abc74ef27b8c1de33d25f07f0b"
	  "5925e566da0ea1faac180dd8c7a26e832b19eaf1bc417028",
	  "b9efc4f15805c333173efde364cee68391a0f98846d6b07e1036cb8a8a80a344",
	  "6f56ade6c114c543a4816cc39c80a4348f234ffa19c3b31ac94260dd5fc10ff83d347b1562c446b5"
	  "a3f4f4113394974b",
	  "c17e78b8b293a21b2f4640087a6834bb230b5d7778c7de78aa4f3b086246d11e49b31315baedb995"
	  "0cde3505e13c2d01",
	  "9c8c3d2dece2f6bebedfc34f5d05b4576bc160f8fa7af7749c1e1c0fe69dd32559f59a92525e4d33"
	  "38d4b15a7ee4bd17",
	  "e074ca28869351689420eeac83a1b296efb914736c351ff651793b5caeba26617e92973bbe4f883f"
	  "04991d5b5d4e05e5",
	  "e074ca28869351689420eeac83a1b296efb914736c351ff651793b5caeba2661",
	  "6600697fb649c805556e5ae7ce245526",
	  "bb8d897c33751db4786fd214b914bbd35be889c60394668eed623c52730d66c084768205699196b0"
	  "bc7b2569bd550d97",
	  "ba2dbb8c1831450e03c91d65ba2e6c54f6652abf319b4823abf5f884ca41c782ed6ff7175956046d"
	  "51c5ba601ba77f69",
	  "38ce66dda44523b5681efa8720096d5c",
	  "987d82ae087288b6e114e0f91151d06b72b9465ede08c06c51815d18c9caec23368cf5ccea081fc6"
	  "a6fd80946094a176",
	  "d94f375bde39c0e3e5dd688bda69b7dd973dd48c283b743804567d3ac61293574e0f0d20d856def2"
	  "22f3797a933632f3",
	  "f917a4a699a6d7146c0c6aa4b8a0faad8a277e50d2011bc51c51b9d9c2688b92bd93c9e040a26c4e"
	  "fc41b82b88a05ecf",
	  "aa1d3daf449754377d4bb3f351415fde3f938ec8ee63eba1160731f76ebcc51d96b975ed2c47cd4d"
	  "25a5361b56607f9fced6973ff1b6d550422f333733dedad708d5beff",
	  "5c6c2b5e26328ddaa61a86cd8dc9e9a4957a6e9f494019422301aafbb6ef4f38fe3bcdbf",
	  "4f79a8c7ac81bc42e52ca0e837339ff0bff25182fb7d0700f0eb0b6c433ed4075bb8e8333422411b"
	  "38d94b5876eb26a6" },
};

#define SA "3f2ebcc1dbcafd3eb1e20d870705a7c99324636b2c67a655f8e9e2fb17cd7714b56752e2" \
	"9004c299"
#define ID_I "f796c0d91a9be8bf"
#define ID_R "bec239da959381b4cdb2ba7f"
#define INITIATOR "4df499ee8a6aa379"
#define RESPONDER "86f2a48d6724824d"
#define LAST "01902d623ef794fefdf495920fb02482"
#define COVERED "2ba829d3b575f8408cfd384f92a6563030e71aae42e707a9e8208eb502099873b2070c15" \
	"47e95f9f45e884cfe26dae6209ae322d7bda4d65577edeebc27eb817312f08035f2bbe68" \
	"5cb7c65e68"
#define QM_SECRET "8831be292bee691a48cc033b7bbff7207212a9fcaff875594db4b93c0ebc0bd4"

static void set_cookies(struct keymat_inputs *in, const char *initiator, const char *responder)
{
	memcpy(in->initiator, hex(initiator).data, IKE_COOKIE_LEN);
	memcpy(in->responder, hex(responder).data, IKE_COOKIE_LEN);
}

static void follows_published_vectors(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(acvp) / sizeof(*acvp); i++) {
		const struct acvp *v = &acvp[i];
		struct keymat_inputs in = {
			.hash = hash_by_word("sha1"), .cipher = cipher_by_word("aes128"),
			.ni = hex(v->ni), .nr = hex(v->nr), .secret = hex(v->secret),
		};
		struct keymat k;

		set_cookies(&in, v->initiator, v->responder);
		assert_true(v->psk ? keymat_psk(&k, &in, hex(v->psk)) : keymat_signature(&k, &in));
		assert_hex(bytes_of(k.skeyid, 20), v->skeyid);
		assert_hex(bytes_of(k.skeyid_d, 20), v->skeyid_d);
		assert_hex(bytes_of(k.skeyid_a, 20), v->skeyid_a);
		assert_hex(bytes_of(k.skeyid_e, 20), v->skeyid_e);
	}
}

static struct keymat_inputs inputs_of(const struct derived *v)
{
	struct keymat_inputs in = {
		.hash = hash_by_word(v->hash), .cipher = cipher_by_word(v->cipher),
		.ni = hex(v->ni), .nr = hex(v->nr), .gxi = hex(v->gxi), .gxr = hex(v->gxr),
		.secret = hex(v->secret),
	};

	set_cookies(&in, INITIATOR, RESPONDER);
	return in;
}

static void derives_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(derived) / sizeof(*derived); i++) {
		const struct derived *v = &derived[i];
		struct keymat_inputs in = inputs_of(v);
		struct keymat k;

		assert_true(keymat_psk(&k, &in, hex(v->psk)));
		assert_hex(bytes_of(k.skeyid, in.hash->len), v->skeyid);
		assert_hex(bytes_of(k.skeyid_d, in.hash->len), v->skeyid_d);
		assert_hex(bytes_of(k.skeyid_a, in.hash->len), v->skeyid_a);
		assert_hex(bytes_of(k.skeyid_e, in.hash->len), v->skeyid_e);
		assert_hex(bytes_of(k.key, in.cipher->key_len), v->key);
		assert_hex(bytes_of(k.iv, in.cipher->block), v->iv);
		assert_true(keymat_signature(&k, &in));
		assert_hex(bytes_of(k.skeyid, in.hash->len), v->signature);
		keymat_erase(&k);
		for (size_t j = 0; j < sizeof(k); j++)
			assert_int_equal(((uint8_t *)&k)[j], 0);
	}
}

static void derives_hashes(void **state)
{
	uint8_t out[HASH_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(derived) / sizeof(*derived); i++) {
		const struct derived *v = &derived[i];
		struct keymat_inputs in = inputs_of(v);
		const size_t len = in.hash->len;
		const uint32_t id = 0x89abcdef;
		struct keymat k;

		assert_true(keymat_psk(&k, &in, hex(v->psk)));
		assert_true(keymat_auth(&k, &in, in.hash, true, hex(SA), hex(ID_I), out));
		assert_hex(bytes_of(out, len), v->hash_i);
		assert_true(keymat_auth(&k, &in, in.hash, false, hex(SA), hex(ID_R), out));
		assert_hex(bytes_of(out, len), v->hash_r);
		assert_true(keymat_iv(&k, hex(LAST).data, id, out));
		assert_hex(bytes_of(out, in.cipher->block), v->iv2);
		assert_true(keymat_hash1(&k, id, hex(COVERED), out));
		assert_hex(bytes_of(out, len), v->hash1);
		assert_true(keymat_hash2(&k, id, in.ni, hex(COVERED), out));
		assert_hex(bytes_of(out, len), v->hash2);
		assert_true(keymat_hash3(&k, id, in.ni, in.nr, out));
		assert_hex(bytes_of(out, len), v->hash3);
	}
}

static void derives_child_keys(void **state)
{
	uint8_t out[128];

	(void)state;
	for (size_t i = 0; i < sizeof(derived) / sizeof(*derived); i++) {
		const struct derived *v = &derived[i];
		struct keymat_inputs in = inputs_of(v);
		struct keymat k;

		assert_true(keymat_psk(&k, &in, hex(v->psk)));
		assert_true(keymat_child(&k, bytes_of(NULL, 0), IKE_PROTO_ESP, 0xc0ffee11, in.ni,
					 in.nr, out, 68));
		assert_hex(bytes_of(out, 68), v->child);
		/* any length is the beginning of a longer one, and nothing is written behind it */
		memset(out, 0x77, sizeof(out));
		assert_true(keymat_child(&k, hex(QM_SECRET), IKE_PROTO_ESP, 0xc0ffee11, in.ni,
					 in.nr, out, 36));
		assert_hex(bytes_of(out, 36), v->child_pfs);
		assert_int_equal(out[36], 0x77);
	}
}

static struct keymat sample(const char *hash, const char *cipher)
{
	struct keymat_inputs in = {
		.hash = hash_by_word(hash), .cipher = cipher_by_word(cipher),
		.ni = hex("0102030405060708"), .nr = hex("1112131415161718"),
		.gxi = hex("aaaa"), .gxr = hex("bbbb"), .secret = hex("cccc"),
	};
	struct keymat k;

	set_cookies(&in, INITIATOR, RESPONDER);
	assert_true(keymat_psk(&k, &in, hex("70")));
	return k;
}

/* A message of one payload of @len bytes under @s. */
static struct bytes sealed(struct seal *s, const struct keymat *k, uint8_t *buffer, size_t len)
{
	static const uint8_t body[64] = { 7 };
	struct isakmp_header h = { .initiator = { 1 }, .exchange = IKE_EXCHANGE_QUICK, .id = 9 };
	struct builder b;

	builder_begin(&b, buffer, 256, &h);
	builder_payload(&b, IKE_PAYLOAD_NONCE, bytes_of(body, len));
	return seal_close(s, k, &b);
}

static bool opened(struct seal *s, const struct keymat *k, struct bytes wire, size_t len)
{
	struct fault fault = { 0 };
	struct message m;
	uint8_t clear[256];
	struct bytes plain;

	assert_true(message_parse_header(&m, wire, &fault));
	assert_int_equal(m.header.flags, IKE_FLAG_ENCRYPTION);
	plain = seal_open(s, k, &m, clear, &fault);
	return plain.len && message_parse_payloads(&m, plain, true, &fault) && m.count == 1 &&
	       m.payloads[0].type == IKE_PAYLOAD_NONCE && m.payloads[0].body.len == len;
}

static void seals_and_opens_every_length(void **state)
{
	const struct cipher *c;

	(void)state;
	for (unsigned int i = 0; (c = cipher_row(i)); i++) {
		struct keymat k = sample("sha256", c->word);
		struct seal ours, theirs;

		seal_phase1(&ours, &k);
		seal_phase1(&theirs, &k);
		for (size_t len = 8; len < 64; len++) {
			uint8_t buffer[256];
			struct bytes wire = sealed(&ours, &k, buffer, len);

			assert_int_equal((wire.len - IKE_HEADER_LEN) % c->block, 0);
			assert_in_range(wire.len, IKE_HEADER_LEN + 4 + len,
					IKE_HEADER_LEN + 4 + len + c->block - 1);
			assert_true(opened(&theirs, &k, wire, len));
			seal_commit(&theirs);
			assert_memory_equal(ours.iv, theirs.iv, c->block);
		}
	}
}

/* RFC 2409 appendix B: the IV is the last block; a message that is not committed moves nothing */
static void moves_the_iv_only_when_committed(void **state)
{
	struct keymat k = sample("sha1", "aes128");
	uint8_t one[256], two[256], forged[256];
	struct seal ours, theirs, before;
	struct bytes first, second;

	(void)state;
	assert_true(seal_phase2(&ours, &k, &(struct seal){ .iv = { 5 } }, 9));
	assert_true(seal_phase2(&theirs, &k, &(struct seal){ .iv = { 5 } }, 9));
	assert_memory_equal(ours.iv, theirs.iv, 16);
	first = sealed(&ours, &k, one, 20);
	second = sealed(&ours, &k, two, 20);
	assert_memory_not_equal(first.data + IKE_HEADER_LEN, second.data + IKE_HEADER_LEN, 16);
	before = theirs;
	memcpy(forged, first.data, first.len);
	forged[first.len - 1] ^= 1;
	opened(&theirs, &k, bytes_of(forged, first.len), 20);
	assert_memory_equal(theirs.iv, before.iv, 16);
	assert_true(opened(&theirs, &k, first, 20));
	assert_memory_equal(theirs.iv, before.iv, 16);
	seal_commit(&theirs);
	assert_memory_equal(theirs.iv, first.data + first.len - 16, 16);
	/* nothing staged: nothing to commit */
	seal_commit(&theirs);
	assert_memory_equal(theirs.iv, first.data + first.len - 16, 16);
	assert_true(opened(&theirs, &k, second, 20));
}

static void separates_exchanges(void **state)
{
	struct keymat k = sample("sha1", "aes128");
	struct seal phase1, a, b;

	(void)state;
	seal_phase1(&phase1, &k);
	assert_memory_equal(phase1.iv, k.iv, 16);
	assert_true(seal_phase2(&a, &k, &phase1, 1));
	assert_true(seal_phase2(&b, &k, &phase1, 2));
	assert_memory_not_equal(a.iv, b.iv, 16);
	assert_memory_not_equal(a.iv, phase1.iv, 16);
}

static void refuses_broken_lengths(void **state)
{
	struct keymat k = sample("sha1", "aes128");
	uint8_t buffer[256], clear[256];
	struct seal s;
	struct bytes wire;

	(void)state;
	seal_phase1(&s, &k);
	wire = sealed(&s, &k, buffer, 40);
	for (size_t len = 0; len < wire.len - IKE_HEADER_LEN; len++) {
		struct message m = { .body = bytes_of(wire.data + IKE_HEADER_LEN, len) };
		struct fault fault = { 0 };
		struct bytes plain;

		s.is_staged = false;
		plain = seal_open(&s, &k, &m, clear, &fault);
		assert_int_equal(plain.len, len % 16 ? 0 : len);
		assert_int_equal(!fault.text, len && len % 16 == 0);
		assert_int_equal(s.is_staged, len && len % 16 == 0);
	}
}

static void refuses_what_does_not_fit(void **state)
{
	struct keymat k = sample("sha1", "aes128");
	struct isakmp_header h = { .initiator = { 1 } };
	uint8_t buffer[IKE_HEADER_LEN + 30];
	struct seal s, before;
	struct builder b;

	(void)state;
	seal_phase1(&s, &k);
	before = s;
	/* 24 bytes fit, their padding to 32 does not */
	builder_begin(&b, buffer, sizeof(buffer), &h);
	builder_payload(&b, IKE_PAYLOAD_NONCE, bytes_of(buffer, 20));
	assert_int_equal(seal_close(&s, &k, &b).len, 0);
	assert_memory_equal(&s, &before, sizeof(s));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follows_published_vectors),
		cmocka_unit_test(derives_keys),
		cmocka_unit_test(derives_hashes),
		cmocka_unit_test(derives_child_keys),
		cmocka_unit_test(seals_and_opens_every_length),
		cmocka_unit_test(moves_the_iv_only_when_committed),
		cmocka_unit_test(separates_exchanges),
		cmocka_unit_test(refuses_broken_lengths),
		cmocka_unit_test(refuses_what_does_not_fit),
	};

	return cmocka_run_group_tests_name("ike_keymat", tests, NULL, NULL);
}
