"""Distinct destinations a source and minute, by Flink SQL (PyPI package apache-flink): flink_peer.py EVENTS.csv SLIDE_SECONDS.

EVENTS.csv comes from `engine_rate --csv`. Windows of 60 s hop by SLIDE_SECONDS, one task, results thrown away. Prints the events and the
processor seconds of the Java process; run it over an empty file, too, for what starting costs."""

import os
import sys

from pyflink.table import EnvironmentSettings, TableEnvironment


def java_cpu_s():
    """Processor time of this process's Java children, by /proc/PID/stat."""
    ticks = 0
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
                name, rest = file.read().rsplit(")", 1)
        except OSError:
            continue
        fields = rest.split()
        if name.endswith("(java") and int(fields[1]) == os.getpid():
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def main():
    path, slide = os.path.abspath(sys.argv[1]), int(sys.argv[2])
    tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
    tables.get_config().set("parallelism.default", "1")
    tables.execute_sql(f"""CREATE TABLE events (time_ms BIGINT, source STRING, destination STRING, sent BIGINT,
        seen AS TO_TIMESTAMP_LTZ(time_ms, 3), WATERMARK FOR seen AS seen)
        WITH ('connector' = 'filesystem', 'path' = 'file://{path}', 'format' = 'csv')""")
    tables.execute_sql("CREATE TABLE counts (source STRING, since TIMESTAMP(3), n BIGINT) WITH ('connector' = 'blackhole')")
    tables.execute_sql(f"""INSERT INTO counts SELECT source, window_start, COUNT(DISTINCT destination)
        FROM TABLE(HOP(TABLE events, DESCRIPTOR(seen), INTERVAL '{slide}' SECOND, INTERVAL '60' SECOND))
        GROUP BY source, window_start, window_end""").wait()
    with open(path, "rb") as file:
        events = sum(1 for _ in file)
    print(events, java_cpu_s())


main()
