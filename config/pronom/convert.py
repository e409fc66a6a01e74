#!/usr/bin/env python3
"""PRONOM's signatures as one line of JSON a format, in the form that README.md states.

    convert.py --version "2026-04-24 5d407ef" FORMATS >pronom.jsonl

FORMATS is a file with one format a line, or a folder with one a file, both as
nationalarchives/pronom-signatures keeps them. Relations are named by PUID and not by
number; the subsequences and fragments of a container's files become one sequence with
gaps, so that the reader knows one language of patterns only.
"""

import argparse
import json
import pathlib
import re
import sys


def formats(place):
    place = pathlib.Path(place)
    if place.is_dir():
        for file in sorted(place.rglob("*.json")):
            yield json.loads(file.read_text())
    else:
        for line in place.read_text().splitlines():
            yield json.loads(line)


def spelled(sequence):
    """Blanks stand between the bytes of some sequences; between quotes they count."""
    parts = re.split(r"('[^']*')", sequence)
    return "".join(part if part.startswith("'") else re.sub(r"\s+", "", part) for part in parts)


def gap(least, most):
    if most is None:
        return "*" if least == 0 else "{%d-*}" % least
    if least == most:
        return "" if least == 0 else "{%d}" % least
    return "{%d-%d}" % (least, most)


def number(text):
    return None if text in (None, "") else int(text)


def bytes_of(sequence):
    """The greatest offset counts from the least one, not from the end of the file."""
    place = {"Absolute from BOF": "bof", "Absolute from EOF": "eof", "Variable": "any"}[sequence["positionType"]]
    return [place, sequence["offset"] or 0, sequence["maxOffset"] or 0, spelled(sequence["byteSequence"])]


def fragments(sub, side):
    found = sub.get(side) or []
    found = [found] if isinstance(found, dict) else found
    return sorted(found, key=lambda one: int(one.get("position") or 0))


def with_fragments(sub):
    text = spelled(sub["sequence"])
    for one in fragments(sub, "leftFragment"):
        text = spelled(one["sequence"]) + gap(number(one.get("minOffset")) or 0, number(one.get("maxOffset"))) + text
    for one in fragments(sub, "rightFragment"):
        text += gap(number(one.get("minOffset")) or 0, number(one.get("maxOffset"))) + spelled(one["sequence"])
    return text


def bytes_inside(sequence):
    """In a container the greatest offset counts from the end of the stream, or from the
    subsequence before; one below the least offset means the least offset itself."""
    subs = sorted(sequence["subSequences"], key=lambda one: int(one.get("position") or 0))
    reference = sequence.get("reference")
    place = {"BOFoffset": "bof", "EOFoffset": "eof"}.get(reference, "any")
    text = ""
    for nth, sub in enumerate(subs):
        least, most = number(sub.get("subSeqMinOffset")) or 0, number(sub.get("subSeqMaxOffset"))
        if most is not None and most < least:
            most = least
        if nth == 0:
            first, last = least, most
            text = with_fragments(sub)
        elif place == "eof":
            text = with_fragments(sub) + gap(least, most) + text
        else:
            text += gap(least, most) + with_fragments(sub)
    if place == "any" and last is not None:
        place = "bof"
    # Without a greatest offset: somewhere, or where a place is named exactly there.
    return [place, first, 0 if last is None else last - first, text]


def containers(entry, kind):
    return [
        [[file["path"], [bytes_inside(one) for one in file.get("byteSequences", [])]] for file in signature["files"]]
        for signature in entry.get("containerSignatures", [])
        if signature["containerType"] == kind
    ]


def main():
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("formats")
    asked.add_argument("--version", required=True, help="day and commit of the data")
    asked = asked.parse_args()
    entries = list(formats(asked.formats))
    puid = {}
    for entry in entries:
        names = [one["identifierText"] for one in entry["identifiers"] if one["identifierType"] == "PUID"]
        if len(names) != 1:
            sys.exit("format %s has the PUIDs %s; one is wanted" % (entry["fileFormatID"], names))
        puid[entry["fileFormatID"]] = names[0]
    head = {"signatures": "PRONOM", "version": asked.version, "origin": "nationalarchives/pronom-signatures", "licence": "MIT"}
    print(json.dumps(head, ensure_ascii=False, separators=(",", ":")))
    rank = lambda entry: (puid[entry["fileFormatID"]].split("/")[0], int(puid[entry["fileFormatID"]].split("/")[1]))
    for entry in sorted(entries, key=rank):
        line = {"puid": puid[entry["fileFormatID"]], "name": entry["formatName"]}
        values = {
            "version": entry.get("version"),
            "mime": [one["identifierText"] for one in entry["identifiers"] if one["identifierType"] == "MIME"],
            "endings": sorted({one["externalSignature"].lower() for one in entry.get("externalSignatures", [])}),
            "over": sorted(
                puid[one["relatedFormatID"]]
                for one in entry.get("relationships", [])
                if one["relationshipType"] == "Has priority over"
            ),
            "bytes": [[bytes_of(one) for one in sig["byteSequences"]] for sig in entry.get("internalSignatures", [])],
            "zip": containers(entry, "ZIP"),
            "ole2": containers(entry, "OLE2"),
        }
        line.update((key, value) for key, value in values.items() if value)
        print(json.dumps(line, ensure_ascii=False, separators=(",", ":")))


main()
