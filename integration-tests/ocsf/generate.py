#!/usr/bin/env python3
"""Write the JSON Schemas of the OCSF 1.8.0 classes that Weft emits to schemas/ocsf, from the PyPI package ocsf-json-schema.

  generate.py           write them
  generate.py --check   exit 1 when a committed file differs, is missing, or is no longer generated
"""
import argparse
import json
import pathlib
import sys

from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

VERSION = "1.8.0"
# Class -> profiles that its records name.
CLASSES = {
    4009: [], 3002: [], 3001: [], 3004: [], 6003: [], 6006: [], 4001: [], 4002: [], 4003: [], 4004: [],
    2004: [], 2005: ["incident"],
}
FOLDER = pathlib.Path(__file__).resolve().parents[2] / "schemas" / "ocsf"


def sort_sets(value):
    """The package lists enums and required names in the order of a set, which differs from run to run."""
    if isinstance(value, dict):
        return {
            key: sorted(inner, key=str) if key in ("enum", "required") and isinstance(inner, list) else sort_sets(inner)
            for key, inner in value.items()
        }
    return [sort_sets(inner) for inner in value] if isinstance(value, list) else value


def generate():
    schema = OcsfJsonSchemaEmbedded(get_ocsf_schema(version=VERSION))
    for class_uid, profiles in CLASSES.items():
        name = schema.lookup_class_name_from_uid(class_uid=class_uid)
        content = sort_sets(schema.get_class_schema(class_name=name, profiles=profiles))
        yield f"{class_uid}_{name}.schema.json", json.dumps(content, indent=1, sort_keys=True) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    files = dict(generate())
    if args.check:
        committed = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
        stale = sorted(name for name in files.keys() | committed.keys() if files.get(name) != committed.get(name))
        for name in stale:
            print(f"{FOLDER / name} is stale: run {sys.argv[0]}", file=sys.stderr)
        return 1 if stale else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    print(f"{len(files)} schemas in {FOLDER}")
    return 0


sys.exit(main())
