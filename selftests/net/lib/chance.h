/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random numbers that repeat: a seed and a place in the sequence give the same ones each time, so
 * that one packet or message of a run can be made again alone.
 */
#ifndef CHANCE_H
#define CHANCE_H

#include <stddef.h>
#include <stdint.h>

struct chance {
	uint64_t state;
};

/* Steele, Lea, Flood: splitmix64 */
static inline uint64_t chance_next(struct chance *chance)
{
	uint64_t z = chance->state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

/** chance_begin - for number @index of the run @seed. */
static inline void chance_begin(struct chance *chance, uint64_t seed, uint64_t index)
{
	chance->state = seed;
	chance->state = chance_next(chance) + index * 0xd1342543de82ef95ull;
}

/** chance_below - 0 to @limit - 1; @limit not 0. */
static inline uint32_t chance_below(struct chance *chance, uint32_t limit)
{
	return chance_next(chance) % limit;
}

/** chance_one_in - true once in @times. */
static inline int chance_one_in(struct chance *chance, uint32_t times)
{
	return chance_below(chance, times) == 0;
}

/** chance_flip - change @count bytes somewhere. */
static inline void chance_flip(struct chance *chance, unsigned char *data, size_t length,
			       unsigned int count)
{
	while (length && count--)
		data[chance_below(chance, length)] ^= 1 + chance_below(chance, 255);
}

#endif
