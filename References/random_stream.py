# SPDX-License-Identifier: Apache-2.0
"""Golden numbers for Tests/EquipoiseKitTests/Random/RandomStreamTests.swift.

An implementation of RandomStream apart from the Swift one, standard library only (Python 3.9+).
Run: python3 References/random_stream.py
"""

import math

M32, M64 = 2**32 - 1, 2**64 - 1


def philox(counter, key):
    """Philox4x32-10 on lists of 32-bit words."""
    c, k = list(counter), list(key)
    for _ in range(10):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(b >> 32) ^ c[1] ^ k[0], b & M32, (a >> 32) ^ c[3] ^ k[1], a & M32]
        k = [(k[0] + 0x9E3779B9) & M32, (k[1] + 0xBB67AE85) & M32]
    return c


def step(path, name):
    h = 0xCBF29CE484222325
    for byte in name.encode():
        h = ((h ^ byte) * 0x100000001B3) & M64
    z = ((path ^ h) + 0x9E3779B97F4A7C15) & M64
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & M64
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & M64
    return z ^ (z >> 31)


class Stream:
    def __init__(self, seed, *names):
        self.seed, self.path, self.position = seed, 0, 0
        for name in names:
            self.path = step(self.path, name)

    def next(self):
        n = self.position // 2
        words = philox(
            [n & M32, n >> 32, self.path & M32, self.path >> 32],
            [self.seed & M32, self.seed >> 32],
        )
        first = 2 * (self.position % 2)
        self.position += 1
        return words[first + 1] << 32 | words[first]

    def uniform(self):
        return (self.next() >> 11) * 2.0**-53

    def below(self, bound):
        product = self.next() * bound
        while product & M64 < (2**64 - bound) % bound:
            product = self.next() * bound
        return product >> 64

    def normal(self):
        while True:
            x, y = 2 * self.uniform() - 1, 2 * self.uniform() - 1
            s = x * x + y * y
            if 0 < s < 1:
                return x * math.sqrt(-2 * math.log(s) / s)

    def permutation(self, count):
        order = list(range(count))
        for last in range(count - 1, 0, -1):
            other = self.below(last + 1)
            order[last], order[other] = order[other], order[last]
        return order


if __name__ == "__main__":
    # The test vectors that Salmon et al. publish with Random123 (kat_vectors, philox4x32 10).
    assert philox([0] * 4, [0] * 2) == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]
    assert philox(
        [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344], [0xA4093822, 0x299F31D0]
    ) == [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1]
    s = Stream(42, "shuffle", "epoch 3")
    print("next", [hex(s.next()) for _ in range(5)])
    s = Stream(0)
    print("no path", [hex(s.next()) for _ in range(3)])
    s = Stream(2**64 - 1, "ä")
    print("extreme", [hex(s.next()) for _ in range(2)])
    s = Stream(7, "uniform")
    print("uniform", [s.uniform() for _ in range(4)])
    s = Stream(7, "below")
    print("below 10", [s.below(10) for _ in range(12)])
    print("below 3·2^61", [s.below(3 * 2**61) for _ in range(4)], "position", s.position)
    s = Stream(7, "normal")
    print("normal", [s.normal() for _ in range(5)])
    print("permutation", Stream(7, "order").permutation(10))
