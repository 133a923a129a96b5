"""Scores and learns events with River's HalfSpaceTrees (PyPI package river), its defaults: river_peer.py EVENTS.csv COUNT.

EVENTS.csv comes from `engine_rate --csv`. Four features, scaled to [0, 1] as the trees need. Prints the events and the processor seconds."""

import math
import sys
import time
import zlib

from river import anomaly


def features(line):
    time_ms, source, destination, size = line.rstrip("\n").split(",")
    hashed = lambda text: zlib.crc32(text.encode()) / 2**32
    return {
        "hour": int(time_ms) // 3_600_000 % 168 / 168,
        "source": hashed(source),
        "destination": hashed(destination),
        "bytes": min(1.0, math.log2(1 + int(size)) / 40),
    }


def main():
    trees = anomaly.HalfSpaceTrees(seed=1)
    with open(sys.argv[1], encoding="utf-8") as file:
        rows = [features(line) for _, line in zip(range(int(sys.argv[2])), file)]
    before = time.process_time()
    for row in rows:
        trees.score_one(row)
        trees.learn_one(row)
    print(len(rows), time.process_time() - before)


main()
