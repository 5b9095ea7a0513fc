"""shards.py FOLDER COUNT DEPENDENCIES POOL SEED: COUNT files of records, gzipped, each of one run with so many dependencies out of a pool of so many,
over 500 locks in two programs, as `gridlock -o jsonl:FILE` would write them."""
import functools
import gzip
import json
import random
import sys


def line(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def key(number):
    return "%016x" % (number * 0x9E3779B97F4A7C15 % 2**64)


def lock(number):
    return {"kind": "lock", "key": key(10**6 + number), "name": "lock_%d" % number, "type": "mutex", "created": None, "created_how": None}


def stack(number):
    frames = [{"function": "f%d_%d" % (number, i), "file": "/src/part%d.c" % (number % 40), "line": number % 900 + i, "module": "/usr/bin/server",
               "offset": hex(4096 + number * 16 + i), "place": "%x" % (2 * i), "inlined": False} for i in range(6)]
    return {"kind": "stack", "key": key(2 * 10**6 + number), "frames": frames}


def taken(lock_number, stack_number, random_mode):
    return {"lock": key(10**6 + lock_number), "mode": random_mode, "how": "blocking", "stack": key(2 * 10**6 + stack_number)}


def dependency(number):
    # What it is follows from its number, in every shard.
    choose = random.Random(number)
    held = sorted(choose.sample(range(500), choose.choice([2, 2, 2, 3, 4])))
    if choose.random() < 0.01:
        held.reverse()
    wanted = held.pop()
    mode = choose.choice(["exclusive", "exclusive", "exclusive", "shared"])
    return {"kind": "dependency", "key": key(3 * 10**6 + number), "program": choose.choice(["server", "client"]),
            "wanted": taken(wanted, choose.randrange(1500), mode),
            "held": [taken(one, choose.randrange(1500), "exclusive") for one in held], "cut": False}


@functools.lru_cache(None)
def parts(number):
    """The dependency's line but for its runs, its key, and the keys of what it names."""
    value = dependency(number)
    places = [value["wanted"]] + value["held"]
    return line(value)[:-1], value["key"], frozenset(place["lock"] for place in places), frozenset(place["stack"] for place in places)


LOCKS = sorted((lock(n)["key"], line(lock(n))) for n in range(500))
STACKS = sorted((stack(n)["key"], line(stack(n))) for n in range(1500))


def shard(number, count, pool, seed):
    choose = random.Random((seed << 32) + number)
    run = key(4 * 10**6 + number)
    lines = [line({"kind": "meta", "key": run, "format": 1, "tool": "0.1.0", "started": 1700000000 + number, "programs": ["client", "server"],
                   "processes": 2, "threads": 8, "locks": 500, "dependencies": count, "limits": {}, "remarks": [], "unseen": []})]
    chosen = sorted((parts(n) for n in choose.sample(range(pool), count)), key=lambda part: part[1])
    locks = frozenset().union(*(part[2] for part in chosen))
    stacks = frozenset().union(*(part[3] for part in chosen))
    lines += [text for one, text in LOCKS if one in locks]
    lines += [text for one, text in STACKS if one in stacks]
    lines += ['%s,"runs":{"%s":%d}}' % (part[0], run, choose.randrange(1, 4)) for part in chosen]
    lines.append(line({"kind": "end", "records": len(lines)}))
    return "\n".join(lines) + "\n"


folder, count, dependencies, pool, seed = sys.argv[1], *map(int, sys.argv[2:6])
for i in range(count):
    with gzip.open("%s/%04d.jsonl.gz" % (folder, i), "wb", compresslevel=1) as file:
        file.write(shard(i, dependencies, pool, seed).encode())
