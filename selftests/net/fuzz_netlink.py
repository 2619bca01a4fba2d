#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Netlink messages made from the specification, right and wrong.

fuzz_netlink.py SPEC IFINDEX SEED FIRST COUNT

Commands, attributes and their types come from kmod/adit.yaml. Half of the messages that add an
SA begin with one that is right, of which some attributes are then changed: so many get far.
Each message depends on the seed and its number only. Nothing is expected of an answer but that
there is one; how many of each kind there were is printed at the end.
"""
import collections
import errno
import os
import random
import socket
import struct
import sys

import yaml

SOL_NETLINK, NETLINK_EXT_ACK, NETLINK_CAP_ACK = 270, 11, 10
NLM_F_REQUEST, NLM_F_ACK, NLM_F_DUMP = 1, 4, 0x300
NLA_F_NESTED = 0x8000
SIZES = {"u8": 1, "u16": 2, "u32": 4, "u64": 8}
EDGES = [0, 1, 2, 3, 4, 31, 32, 33, 50, 51, 63, 64, 65, 127, 128, 129, 255, 256, 1023, 1024, 1025,
         1280, 4095, 4096, 4097, 4500, 65535, 65536, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**63,
         2**64 - 1]
ADDRESSES = [b"\xc0\0\2\1", b"\xc0\0\2\2", b"\0\0\0\0", b"\xff\xff\xff\xff", b"\xe0\0\0\1",
             b"\x7f\0\0\1", socket.inet_pton(socket.AF_INET6, "2001:db8::1"),
             socket.inet_pton(socket.AF_INET6, "2001:db8::2"),
             socket.inet_pton(socket.AF_INET6, "ff02::1"), bytes(16)]
NAMES = {
    "aead-name": ["rfc4106(gcm(aes))", "rfc4309(ccm(aes))", "rfc4543(gcm(aes))",
                  "rfc7539esp(chacha20,poly1305)"],
    "enc-name": ["cbc(aes)", "cbc(des3_ede)", "cbc(des)", "ecb(cipher_null)",
                 "rfc3686(ctr(aes))", "cbc(camellia)"],
    "auth-name": ["hmac(md5)", "hmac(sha1)", "hmac(sha256)", "hmac(sha512)", "xcbc(aes)",
                  "cmac(aes)"],
}
KEYS = [0, 1, 8, 15, 16, 19, 20, 24, 28, 32, 35, 36, 64, 512, 513, 2000]


class Family:
    """The family as its specification describes it."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            spec = yaml.load(file, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        self.name = spec["name"]
        self.sets = {}
        for attribute_set in spec["attribute-sets"]:
            self.sets[attribute_set["name"]] = {
                attribute["name"]: (number, attribute)
                for number, attribute in enumerate(attribute_set["attributes"], 1)}
        self.commands = []
        for number, operation in enumerate(spec["operations"]["list"], 1):
            if "do" in operation:
                wanted = operation["do"]["request"]["attributes"]
                self.commands.append((number, operation["attribute-set"], wanted,
                                      "dump" in operation, operation["name"]))


def attribute(kind, payload, length=None):
    length = 4 + len(payload) if length is None else length
    return struct.pack("HH", length, kind) + payload + bytes(-len(payload) % 4)


class Maker:
    """Makes one message; all chance comes from its own generator."""

    def __init__(self, family, ifindex, rng):
        self.family, self.ifindex, self.rng = family, ifindex, rng

    def number(self, size):
        value = self.rng.choice(EDGES) if self.rng.random() < 0.7 else self.rng.getrandbits(64)
        return (value % (1 << 8 * size)).to_bytes(size, sys.byteorder)

    def payload(self, name, what):
        rng, kind = self.rng, what["type"]
        if rng.random() < 0.04:
            return rng.randbytes(rng.choice([0, 1, 2, 3, 5, 7, 9, 17, 40, 300]))
        if name in ("ifindex",):
            return struct.pack("I", self.ifindex if rng.random() < 0.9 else rng.randrange(100))
        if name == "direction":
            return bytes([rng.choice([1, 2, 1, 2, 0, 3])])
        if name == "proto":
            return bytes([rng.choice([50, 50, 50, 51, 51, 17])])
        if name == "spi":
            return struct.pack("I", rng.randrange(0, 40))
        if kind in SIZES:
            return self.number(SIZES[kind])
        if kind == "flag":
            return b""
        if kind == "string":
            text = rng.choice(NAMES[name]) if name in NAMES and rng.random() < 0.9 else \
                "".join(rng.choice("abc()%s,\u00e4/") for _ in range(rng.randrange(200)))
            return text.encode() + (b"\0" if rng.random() < 0.95 else b"")
        if kind == "nest":
            inner = self.family.sets[what["nested-attributes"]]
            names = [one for one in inner if one != "pad"]
            return b"".join(self.one(inner, one) for one in
                            rng.choices(names, k=rng.randrange(len(names))))
        if "key" in name:
            return rng.randbytes(rng.choice(KEYS))
        return rng.choice(ADDRESSES)

    def one(self, attribute_set, name):
        number, what = attribute_set[name]
        if what["type"] == "pad":
            return b""
        payload = self.payload(name, what)
        length = 4 + len(payload)
        if self.rng.random() < 0.01:
            length = self.rng.choice([0, 3, 4, length + 1, length + 100, 65535])
        if self.rng.random() < 0.005:
            number = self.rng.randrange(0x4000)
        return attribute(number | (NLA_F_NESTED if what["type"] == "nest" else 0), payload, length)

    def good_sa(self):
        """The attributes of an SA that is right, by name."""
        rng = self.rng
        key = {"rfc4106(gcm(aes))": 20, "rfc4309(ccm(aes))": 19, "rfc4543(gcm(aes))": 20,
               "rfc7539esp(chacha20,poly1305)": 36}
        sa = {"ifindex": struct.pack("I", self.ifindex), "direction": bytes([rng.choice([1, 2])]),
              "proto": b"\x32", "spi": struct.pack("I", rng.randrange(1, 40)),
              "local": ADDRESSES[0], "remote": ADDRESSES[1]}
        if rng.random() < 0.6:
            name = rng.choice(NAMES["aead-name"])
            sa.update({"aead-name": name.encode() + b"\0", "aead-key": rng.randbytes(key[name])})
        else:
            sa["auth-name"] = rng.choice(NAMES["auth-name"][:4]).encode() + b"\0"
            sa["auth-key"] = rng.randbytes(20)
            if rng.random() < 0.5:
                sa["proto"] = b"\x33"
            else:
                sa.update({"enc-name": b"cbc(aes)\0", "enc-key": rng.randbytes(16)})
        return sa

    def message(self):
        rng = self.rng
        # Half of them add; the others meet SAs that are there.
        command, set_name, wanted, dumps, name = rng.choice(
            self.family.commands + [one for one in self.family.commands
                                    if one[4] == "sa-add"] * len(self.family.commands))
        attributes = self.family.sets[set_name]
        flags = NLM_F_REQUEST | NLM_F_ACK
        parts = []
        if name == "sa-add" and rng.random() < 0.6:
            good = self.good_sa()
            for key in rng.sample(sorted(good), rng.choice([0, 0, 1, 2])):
                del good[key]
            parts = [attribute(attributes[key][0], value) for key, value in good.items()]
            extra = [one for one in wanted if one not in good and "-name" not in one
                     and "-key" not in one]
            parts += [self.one(attributes, one)
                      for one in rng.sample(extra, rng.choice([0, 0, 1, 2, 4]))]
        else:
            if dumps and rng.random() < 0.3:
                flags |= NLM_F_DUMP
            names = [one for one in wanted if rng.random() < 0.6]
            if rng.random() < 0.1:
                names += rng.choices(sorted(attributes), k=rng.randrange(5))
            parts = [self.one(attributes, one) for one in names]
        if rng.random() < 0.2:
            rng.shuffle(parts)
        body = b"".join(parts)
        if rng.random() < 0.02 and body:
            cut = rng.randrange(len(body))
            body = body[:cut] + rng.randbytes(rng.randrange(8)) + body[cut:]
        return name, flags, struct.pack("BBH", command, 1, 0) + body


class Socket:
    """A generic netlink socket that knows the family's number."""

    def __init__(self, name):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
        self.sock.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)
        self.sock.setsockopt(SOL_NETLINK, NETLINK_CAP_ACK, 1)
        self.sock.settimeout(20 * int(os.environ.get("TEST_PATIENCE", "1")))
        self.seq = 0
        self.family = 16
        reply = self.ask(NLM_F_REQUEST, struct.pack("BBH", 3, 1, 0) +
                         attribute(2, name.encode() + b"\0"), keep=True)
        at = 20
        while struct.unpack_from("HH", reply, at)[1] != 1:
            at += (struct.unpack_from("H", reply, at)[0] + 3) & ~3
        self.family = struct.unpack_from("H", reply, at + 4)[0]

    def ask(self, flags, body, keep=False):
        """Returns the positive errno of the answer, 0 when all is well."""
        self.seq += 1
        self.sock.send(struct.pack("IHHII", 16 + len(body), self.family, flags, self.seq, 0) + body)
        while True:
            data = self.sock.recv(1 << 18)
            if keep:
                return data
            at = 0
            while at + 16 <= len(data):
                length, kind, _, seq = struct.unpack_from("IHHI", data, at)
                if seq == self.seq and kind == 2:
                    return -struct.unpack_from("i", data, at + 16)[0]
                if seq == self.seq and kind == 3:
                    return 0
                at += (length + 3) & ~3


def main():
    spec, ifindex, seed, first, count = sys.argv[1], *(int(one) for one in sys.argv[2:6])
    family = Family(spec)
    sock = Socket(family.name)
    answers = collections.Counter()
    for number in range(first, first + count):
        name, flags, body = Maker(family, ifindex, random.Random(f"{seed}:{number}")).message()
        error = sock.ask(flags, body)
        answers[name, errno.errorcode.get(error, error)] += 1
    for (name, error), times in sorted(answers.items(), key=str):
        print(name, error or "accepted", times)


if __name__ == "__main__":
    main()
