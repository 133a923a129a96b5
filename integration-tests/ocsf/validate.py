#!/usr/bin/env python3
"""Validate OCSF 1.8.0 records, one JSON object a line, against the schema in the PyPI package ocsf-json-schema.

  weft replay PATH --json | validate.py [FILE] [--max 20]

The class is read from class_uid, the profiles from metadata.profiles. An incident (class 2005) must also name the profile
"incident", hold the attributes that Weft promises beyond OCSF's required ones, and fit schemas/weft/incident.schema.json; its
bits must add up to the thousandth. What a finding of Weft (class 2004) says of its indicator has the same schema.
Exit 0 when there was at least one record and all are valid; 1 otherwise.
"""
import argparse
import collections
import json
import pathlib
import sys

from jsonschema import Draft202012Validator
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

VERSION = "1.8.0"
FINDING, INCIDENT = 2004, 2005
INCIDENT_PROMISES = ("assignee_group", "attacks", "confidence_score", "desc", "end_time", "start_time", "status_id", "unmapped")
INCIDENT_SCHEMA = pathlib.Path(__file__).resolve().parents[2] / "schemas" / "weft" / "incident.schema.json"


def thousandths(bits):
    return round(bits * 1000)


def sums(weft):
    """The promise of every incident: the listed parts add up to their totals."""
    indicators = weft["indicators"]
    if sum(thousandths(i["evidence_bits"]) for i in indicators) != thousandths(weft["evidence_bits"]):
        yield "the indicators' evidence_bits do not add up to the incident's"
    for indicator in indicators:
        if sum(thousandths(w["bits"]) for w in indicator["why"]) != thousandths(indicator["bits"]):
            yield f"why[].bits do not add up to the bits of {indicator['model']}"


class Validators:
    """One validator a class and set of profiles, built when first needed."""

    def __init__(self):
        self.schema = OcsfJsonSchemaEmbedded(get_ocsf_schema(version=VERSION))
        incident = json.loads(INCIDENT_SCHEMA.read_text(encoding="utf-8"))
        self.incident = Draft202012Validator(incident)
        self.indicator = Draft202012Validator({"$defs": incident["$defs"], "$ref": "#/$defs/indicator"})
        self.classes = {}

    def of_class(self, class_uid, profiles):
        key = (class_uid, tuple(sorted(profiles)))
        if key not in self.classes:
            name = self.schema.lookup_class_name_from_uid(class_uid=class_uid)
            self.classes[key] = Draft202012Validator(self.schema.get_class_schema(class_name=name, profiles=list(key[1])))
        return self.classes[key]

    def problems(self, record):
        if not isinstance(record, dict):
            yield "not an object"
            return
        class_uid = record.get("class_uid")
        metadata = record.get("metadata") or {}
        try:
            validator = self.of_class(class_uid, metadata.get("profiles") or [])
        except Exception as error:  # the package raises several kinds for a class or profile it does not know
            yield f"class_uid {class_uid}: {error!r}"
            return
        for error in validator.iter_errors(record):
            yield f"class {class_uid} at {place(error)}: {error.message[:200]}"
        if class_uid == FINDING and (metadata.get("product") or {}).get("name") == "Weft":
            for error in self.indicator.iter_errors((record.get("unmapped") or {}).get("weft")):
                yield f"finding at /unmapped/weft{place(error)}: {error.message[:200]}"
        if class_uid == INCIDENT:
            yield from (f"incident: {name} is missing" for name in INCIDENT_PROMISES if name not in record)
            if "incident" not in metadata.get("profiles", []) or "uid" not in metadata:
                yield "incident: metadata names no uid or not the profile incident"
            weft = (record.get("unmapped") or {}).get("weft")
            errors = list(self.incident.iter_errors(weft))
            for error in errors:
                yield f"incident at /unmapped/weft{place(error)}: {error.message[:200]}"
            if not errors:
                yield from (f"incident: {problem}" for problem in sums(weft))


def place(error):
    return "".join("/[]" if isinstance(part, int) else f"/{part}" for part in error.absolute_path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", help="JSON Lines file (default: standard input)")
    parser.add_argument("--max", type=int, default=20, help="distinct problems to print")
    args = parser.parse_args()
    validators = Validators()
    classes, found, invalid = collections.Counter(), collections.Counter(), 0
    with open(args.file, "rb") if args.file else sys.stdin.buffer as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
            except ValueError as error:
                classes["?"] += 1
                found[f"line {number}: not JSON: {error}"] += 1
                invalid += 1
                continue
            classes[record.get("class_uid") if isinstance(record, dict) else "?"] += 1
            problems = list(validators.problems(record))
            found.update(problems)
            invalid += bool(problems)
    total = sum(classes.values())
    print(f"{total} records, {invalid} invalid, by class: {dict(classes)}")
    for problem, count in found.most_common(args.max):
        print(f"{count} x {problem}", file=sys.stderr)
    return 0 if total and not invalid else 1


sys.exit(main())
