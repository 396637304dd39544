#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds docs/protocol.schema.json, docs/protocol.md and the codec together.

Usage: test-schema.py FRAME-TOOL DOCS"""
import base64
import copy
import json
import os
import subprocess
import sys

import jsonschema
import tap

TOOL, DOCS = sys.argv[1:3]

# What JSON Schema has no words for: how a number is written, numbers and nesting where anything may
# stand, characters that are none.
BEYOND_SCHEMA = {
    "a fraction", "an exponent", "a fraction in a payload", "a number over 2^53", "a number under -2^53",
    "17 levels", "half a surrogate pair", "a pair the wrong way round", "a pair of one and a letter",
}

# What every member of every sample is replaced by, once.
REPLACEMENTS = [
    None, True, False, 0, 1, -1, 91, 101, 601, 600001, 2**53, "", "a", "A", " ", "b b", "voice", "busy",
    "lost", "online", "offline", "\u202e", "a\u0007", "x" * 33, "x" * 65, "x" * 129, "x" * 513,
    "x" * 4097, [], [None], ["a"], ["a"] * 10, ["A"], [{}], {}, {"id": "a", "name": "A"}, {"user": "a"},
]


def tool(*args, given=""):
    # Whole stacks of every allocation take AddressSanitizer minutes here, and the C tests have them.
    env = {**os.environ, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":fast_unwind_on_malloc=1"}
    result = subprocess.run([TOOL, *args], input=given, capture_output=True, text=True, check=True, timeout=100,
                            env=env)
    return [line.split("\t") for line in result.stdout.splitlines()]


with open(os.path.join(DOCS, "protocol.schema.json"), encoding="utf-8") as file:
    SCHEMA = json.load(file)
SAMPLES = [(name, json.loads(text)) for name, text in tool("samples")]
VALIDATORS = {}


def validator(name):
    """The validator of one definition, "" for the whole schema."""
    if name not in VALIDATORS:
        schema = dict(SCHEMA)
        if name:
            del schema["oneOf"]
            schema["$ref"] = f"#/$defs/{name}"
        VALIDATORS[name] = jsonschema.Draft202012Validator(schema)
    return VALIDATORS[name]


def party(name):
    return "client" if name == "ack" or name.startswith("request.") else "server"


def definition(name, frame):
    """What @frame has to match now, that was a sample of @name before something in it was changed."""
    kind = name.split(".")[0]
    if kind == "reply":
        if frame.get("ok") is False:
            return "reply.error"
        return "reply.ping" if name == "reply.error" else name
    if kind == "ack":
        return "frame-from-client"
    changed = f"{kind}.{frame.get('type')}"
    return changed if changed in SCHEMA["$defs"] else f"frame-from-{party(name)}"


def changes(node, whole):
    """Yields @whole with each member of @node, at any depth, left out and replaced; changed in place."""
    if isinstance(node, list):
        for item in node:
            yield from changes(item, whole)
    if not isinstance(node, dict):
        return
    for key in list(node):
        value = node.pop(key)
        yield whole
        for other in REPLACEMENTS:
            node[key] = other
            yield whole
        node[key] = value
        if key not in ("payload", "limits"):
            yield from changes(value, whole)


def test_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for name in SCHEMA["$defs"]:
        validator(name).is_valid({})  # resolves every reference


def test_every_type_is_described():
    described = {name for name in SCHEMA["$defs"] if "." in name}
    assert described == {name for name, _ in SAMPLES if name != "ack"}, described


def test_samples_match():
    for name, frame in SAMPLES:
        for which in ("", f"frame-from-{party(name)}", definition(name, frame)):
            validator(which).validate(frame)


def test_strange_members_match():
    for name, frame in SAMPLES:
        validator(definition(name, frame)).validate({**frame, "x-strange": {"any": 1}})


def test_faults_do_not_match():
    faults = tool("faults")
    assert len(faults) > 100
    accepted = set()
    for what, sender, asked, encoded in faults:
        try:
            frame = json.loads(base64.b64decode(encoded).decode())
        except ValueError:
            continue
        which = f"frame-from-{sender}"
        if asked != "-":
            which = "reply.error" if frame["ok"] is False else f"reply.{asked}"
        if validator(which).is_valid(frame):
            accepted.add(what)
    assert accepted == BEYOND_SCHEMA, accepted ^ BEYOND_SCHEMA


def test_codec_and_schema_agree():
    asked, wanted, lines = [], [], []
    for name, sample in SAMPLES:
        answers = name.removeprefix("reply.") if name.startswith("reply.") else "-"
        if answers == "error":
            answers = "ping"
        frame = copy.deepcopy(sample)
        for changed in changes(frame, frame):
            text = json.dumps(changed)
            asked.append((name, text))
            wanted.append(validator(definition(name, changed)).is_valid(changed))
            lines.append(f"{party(name)}\t{answers}\t{text}")
    verdicts = tool("check", given="\n".join(lines) + "\n")
    assert len(verdicts) == len(wanted) > 10000, (len(verdicts), len(wanted))
    print(f"# {len(wanted)} frames, {sum(wanted)} of them good")
    differing = [f"{name}: schema {good}, codec {verdict[0]}: {text[:300]}"
                 for (name, text), good, verdict in zip(asked, wanted, verdicts)
                 if verdict[0].startswith("ok ") != good]
    assert not differing, "\n".join(differing[:20])


def test_peer_signals_match():
    signals = [
        {"kind": "description", "generation": 1, "sdp": {"type": "offer", "sdp": "v=0\r\n"}},
        {"kind": "candidate", "generation": 2, "mline": 0, "candidate": "candidate:1 1 udp 1 ::1 9 typ host"},
        {"kind": "candidates-end", "generation": 3},
        {"kind": "bye", "generation": 4, "reason": "hung-up"},
        {"kind": "bye", "generation": 4},
    ]
    bad = [
        {"kind": "bye"}, {"kind": "bye", "generation": 0}, {"kind": "hello", "generation": 1},
        {"kind": "description", "generation": 1, "sdp": {"type": "rollback", "sdp": "v=0"}},
        {"kind": "candidate", "generation": 1, "mline": 0, "candidate": "candidate:1\r\na=x"},
    ]
    for signal in signals:
        validator("peer-signal").validate(signal)
    for signal in bad:
        assert not validator("peer-signal").is_valid(signal), signal


def test_document_names_everything():
    with open(os.path.join(DOCS, "protocol.md"), encoding="utf-8") as document:
        text = document.read()
    names = {name.split(".", 1)[1] for name, _ in SAMPLES if "." in name}
    names |= {code for code, in tool("codes")}
    names |= {str(code) for code in range(4000, 4007)}
    missing = sorted(name for name in names - {"error"} if f"`{name}`" not in text)
    assert not missing, missing


tap.run(
    test_schema_is_a_schema, test_every_type_is_described, test_samples_match, test_strange_members_match,
    test_faults_do_not_match, test_codec_and_schema_agree, test_peer_signals_match, test_document_names_everything,
    limit=200)
