"""Files of many types with seeded contents: written here, or found in the Python installation.

`GENERATED` maps a name to a function of a random generator that returns the bytes of a file.
"""
import bz2
import gzip
import io
import json
import lzma
import pickle
import sqlite3
import struct
import tarfile
import wave
import zipfile
import zlib

import numpy as np
import onnx

from text_images import WORDS, page

Random = np.random.Generator


def word(rng: Random) -> str:
    return str(rng.choice(WORDS))


def sentence(rng: Random, length: int = 12) -> str:
    return (" ".join(word(rng) for _ in range(rng.integers(5, length)))).capitalize() + "."


def prose(rng: Random, lines: int = 30) -> str:
    return "\n".join(" ".join(sentence(rng) for _ in range(rng.integers(1, 4))) for _ in range(rng.integers(8, lines)))


def repeated(rng: Random, line, fewest: int = 8, most: int = 40) -> str:
    return "\n".join(line() for _ in range(rng.integers(fewest, most)))


def json_value(rng: Random, depth: int = 0):
    if depth < 3 and rng.random() < 0.7:
        if rng.random() < 0.5:
            return {f"{word(rng)}_{word(rng)}": json_value(rng, depth + 1) for _ in range(rng.integers(2, 6))}
        return [json_value(rng, depth + 1) for _ in range(rng.integers(2, 6))]
    return [sentence(rng), int(rng.integers(10000)), float(rng.random()), True, None][rng.integers(5)]


def image(rng: Random, form: str, **options) -> bytes:
    file = io.BytesIO()
    page(rng, int(rng.integers(130, 200)), int(rng.integers(130, 200))).save(file, form, **options)
    return file.getvalue()


def archive_members(rng: Random) -> list[tuple[str, bytes]]:
    return [(f"{word(rng)}/{word(rng)}.txt", prose(rng).encode()) for _ in range(rng.integers(1, 5))]


def zipped(rng: Random) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in archive_members(rng):
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), data)
    return file.getvalue()


def tarred(rng: Random) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, data in archive_members(rng):
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return file.getvalue()


def html(rng: Random) -> str:
    body = repeated(rng, lambda: f'  <p class="{word(rng)}">{sentence(rng)} <a href="/{word(rng)}">{word(rng)}</a></p>')
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{sentence(rng)}</title>\n</head>\n'
        f"<body>\n<h1>{word(rng)}</h1>\n{body}\n</body>\n</html>\n")


def xml(rng: Random) -> str:
    item = lambda: f'  <{word(rng)} id="{rng.integers(999)}"><name>{word(rng)}</name><note>{sentence(rng)}</note></{word(rng)}>'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{word(rng)}s>\n{repeated(rng, item)}\n</{word(rng)}s>\n'


def css(rng: Random) -> str:
    return repeated(
        rng, lambda: f".{word(rng)}-{word(rng)} > a:hover {{\n  color: #{rng.integers(1 << 24):06x};\n  margin: 0 "
        f"{rng.integers(40)}px;\n  display: flex;\n}}\n")


def javascript(rng: Random) -> str:
    return repeated(
        rng, lambda: f"export function {word(rng)}{word(rng).capitalize()}({word(rng)}, options = {{}}) {{\n"
        f"  const {word(rng)} = document.querySelector('#{word(rng)}');\n  if (!options.{word(rng)}) {{ return null; }}\n"
        f"  return {word(rng)}.map((x) => x * {rng.integers(99)});\n}}\n")


def c_source(rng: Random) -> str:
    function = lambda: (
        f"static int {word(rng)}_{word(rng)}(const char *{word(rng)}, size_t n)\n{{\n    int total = {rng.integers(99)};\n"
        f"    for (size_t i = 0; i < n; i++)\n        total += (int){word(rng)}[i];\n    return total;\n}}\n")
    return f"#include <stdio.h>\n#include <stdlib.h>\n#include \"{word(rng)}.h\"\n\n{repeated(rng, function)}\n"


def java(rng: Random) -> str:
    name = word(rng).capitalize()
    method = lambda: (
        f"    public int {word(rng)}{word(rng).capitalize()}(String {word(rng)}) {{\n        System.out.println(\"{sentence(rng)}\");\n"
        f"        return this.{word(rng)} + {rng.integers(99)};\n    }}\n")
    return f"package com.{word(rng)}.{word(rng)};\n\nimport java.util.List;\n\npublic class {name} {{\n{repeated(rng, method)}}}\n"


def go(rng: Random) -> str:
    function = lambda: (
        f"func {word(rng).capitalize()}{word(rng).capitalize()}({word(rng)} string) (int, error) {{\n"
        f"\tfmt.Println(\"{word(rng)}\")\n\treturn {rng.integers(99)}, nil\n}}\n")
    return f"package {word(rng)}\n\nimport (\n\t\"fmt\"\n\t\"os\"\n)\n\n{repeated(rng, function)}"


def rust(rng: Random) -> str:
    function = lambda: (
        f"pub fn {word(rng)}_{word(rng)}(input: &str) -> Result<u32, Error> {{\n    let mut {word(rng)} = Vec::new();\n"
        f"    for c in input.chars() {{ println!(\"{{}}\", c); }}\n    Ok({rng.integers(99)})\n}}\n")
    return f"use std::collections::HashMap;\nuse std::io::{{self, Read}};\n\n{repeated(rng, function)}"


def sql(rng: Random) -> str:
    return "BEGIN TRANSACTION;\n" + repeated(
        rng, lambda: f"CREATE TABLE {word(rng)}_{word(rng)} (id INTEGER PRIMARY KEY, {word(rng)} TEXT NOT NULL);\n"
        f"INSERT INTO {word(rng)} VALUES ({rng.integers(999)}, '{sentence(rng)}');") + "\nCOMMIT;\n"


def shell(rng: Random) -> str:
    return "#!/bin/bash\nset -e\n" + repeated(
        rng, lambda: f"if [ -f \"${word(rng).upper()}/{word(rng)}.txt\" ]; then\n  echo \"{sentence(rng)}\" >> {word(rng)}.log\nfi\n"
        f"for f in *.{word(rng)}; do mv \"$f\" /tmp/{word(rng)}; done")


def yaml(rng: Random) -> str:
    return repeated(rng, lambda: f"{word(rng)}:\n  {word(rng)}: {rng.integers(99)}\n  {word(rng)}:\n    - {word(rng)}\n    - name: {word(rng)}")


def ini(rng: Random) -> str:
    return repeated(rng, lambda: f"[{word(rng)}]\n{word(rng)} = {rng.integers(99)}\n{word(rng)}_{word(rng)} = {word(rng)}\n")


def markdown(rng: Random) -> str:
    return f"# {sentence(rng)}\n\n" + repeated(
        rng, lambda: f"## {word(rng).capitalize()}\n\n{sentence(rng)} See [{word(rng)}](https://{word(rng)}.org) and `{word(rng)}`.\n\n"
        f"- **{word(rng)}**: {sentence(rng)}\n- {sentence(rng)}\n\n```python\nprint({rng.integers(99)})\n```\n")


def latex(rng: Random) -> str:
    section = lambda: f"\\section{{{word(rng)}}}\n{sentence(rng)} \\emph{{{word(rng)}}} and $x_{{{rng.integers(9)}}}^2$.\n\\begin{{itemize}}\n\\item {sentence(rng)}\n\\end{{itemize}}\n"
    return f"\\documentclass{{article}}\n\\usepackage{{amsmath}}\n\\begin{{document}}\n{repeated(rng, section)}\\end{{document}}\n"


def svg(rng: Random) -> str:
    shape = lambda: f'  <circle cx="{rng.integers(200)}" cy="{rng.integers(200)}" r="{rng.integers(50)}" fill="#{rng.integers(1 << 24):06x}"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="200" height="200" viewBox="0 0 200 200">\n{repeated(rng, shape)}\n</svg>\n'


def table(rng: Random, separator: str) -> str:
    columns = rng.integers(3, 8)
    head = separator.join(word(rng) for _ in range(columns))
    return head + "\n" + repeated(rng, lambda: separator.join(
        word(rng) if k % 2 else str(rng.integers(10000)) for k in range(columns)), 10, 80) + "\n"


def subtitles(rng: Random) -> str:
    return "\n".join(
        f"{k}\n00:{k:02d}:{rng.integers(60):02d},000 --> 00:{k:02d}:59,{rng.integers(1000):03d}\n{sentence(rng)}\n"
        for k in range(1, int(rng.integers(5, 40))))


def mail(rng: Random) -> str:
    return (
        f"From: {word(rng)}@{word(rng)}.org\nTo: {word(rng)}@example.com\nSubject: {sentence(rng)}\nDate: Mon, 3 Jun 2024 10:"
        f"{rng.integers(60):02d}:00 +0000\nMessage-ID: <{rng.integers(1 << 30)}@example.com>\nMIME-Version: 1.0\n"
        f"Content-Type: text/plain; charset=utf-8\n\n{prose(rng)}\n")


def patch(rng: Random) -> str:
    name = f"src/{word(rng)}.c"
    hunk = lambda: f"@@ -{rng.integers(1, 99)},3 +{rng.integers(1, 99)},4 @@ {word(rng)}\n {word(rng)};\n-{sentence(rng)}\n+{sentence(rng)}\n+{word(rng)}"
    return f"diff --git a/{name} b/{name}\nindex {rng.integers(1 << 28):07x}..{rng.integers(1 << 28):07x} 100644\n--- a/{name}\n+++ b/{name}\n{repeated(rng, hunk)}\n"


def sound(rng: Random) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(2)
        target.setframerate(int(rng.choice([8000, 16000, 44100])))
        target.writeframes(rng.normal(scale=3000, size=6000).astype("<i2").tobytes())
    return file.getvalue()


def midi(rng: Random) -> bytes:
    notes = b"".join(bytes([0, 0x90, n, 64, 60, 0x80, n, 0]) for n in rng.integers(40, 90, rng.integers(50, 300)).tolist())
    track = b"\x00\xff\x51\x03\x07\xa1\x20" + notes + b"\x00\xff\x2f\x00"
    return b"MThd" + struct.pack(">IHHH", 6, 0, 1, 96) + b"MTrk" + struct.pack(">I", len(track)) + track


def database(rng: Random) -> bytes:
    connection = sqlite3.connect(":memory:")
    connection.execute(f"CREATE TABLE {word(rng)}_t (id INTEGER PRIMARY KEY, body TEXT)")
    name = connection.execute("SELECT name FROM sqlite_master").fetchone()[0]
    connection.executemany(f"INSERT INTO {name} (body) VALUES (?)", [(sentence(rng),) for _ in range(rng.integers(5, 200))])
    connection.commit()
    return connection.serialize()


def array(rng: Random) -> bytes:
    file = io.BytesIO()
    np.save(file, rng.normal(size=int(rng.integers(200, 3000))).astype(rng.choice(["f4", "f8"])))
    return file.getvalue()


def network(rng: Random) -> bytes:
    values = onnx.numpy_helper.from_array(rng.normal(size=(16, 32)).astype(np.float32), word(rng))
    node = onnx.helper.make_node("MatMul", [word(rng) + "_in", values.name], ["y"], name=word(rng))
    ends = [onnx.helper.make_tensor_value_info(n, 1, ["N", c]) for n, c in ((node.input[0], 16), ("y", 32))]
    graph = onnx.helper.make_graph([node], word(rng), ends[:1], ends[1:], [values])
    return onnx.helper.make_model(graph, producer_name="pytorch").SerializeToString()


def notebook(rng: Random) -> str:
    cells = [{
        "cell_type": "code", "execution_count": int(k), "metadata": {}, "outputs": [],
        "source": [f"import numpy as np\n", f"{word(rng)} = {rng.integers(99)}\n"]} for k in range(rng.integers(2, 12))]
    return json.dumps({"cells": cells, "metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5}, indent=1)


def text(write) -> "function":
    return lambda rng: write(rng).encode()


GENERATED = {
    "bmp": lambda rng: image(rng, "BMP"),
    "bzip": lambda rng: bz2.compress(prose(rng).encode()),
    "c": text(c_source),
    "css": text(css),
    "csv": text(lambda rng: table(rng, ",")),
    "diff": text(patch),
    "eml": text(mail),
    "gif": lambda rng: image(rng, "GIF"),
    "go": text(go),
    "gzip": lambda rng: gzip.compress(prose(rng).encode(), mtime=0),
    "html": text(html),
    "ico": lambda rng: image(rng, "ICO"),
    "ini": text(ini),
    "ipynb": text(notebook),
    "java": text(java),
    "javascript": text(javascript),
    "jpeg": lambda rng: image(rng, "JPEG"),
    "json": lambda rng: json.dumps({word(rng): json_value(rng) for _ in range(4)}, indent=int(rng.integers(0, 5)) or None).encode(),
    "jsonl": text(lambda rng: repeated(rng, lambda: json.dumps({"id": int(rng.integers(999)), word(rng): sentence(rng)}))),
    "latex": text(latex),
    "markdown": text(markdown),
    "midi": midi,
    "npy": array,
    "onnx": network,
    "pdf": lambda rng: image(rng, "PDF"),
    "pickle": lambda rng: pickle.dumps([json_value(rng) for _ in range(20)]),
    "png": lambda rng: image(rng, "PNG"),
    "rust": text(rust),
    "shell": text(shell),
    "sql": text(sql),
    "sqlite": database,
    "srt": text(subtitles),
    "svg": text(svg),
    "tar": tarred,
    "tga": lambda rng: image(rng, "TGA"),
    "tiff": lambda rng: image(rng, "TIFF"),
    "tsv": text(lambda rng: table(rng, "\t")),
    "txt": text(prose),
    "wav": sound,
    "webp": lambda rng: image(rng, "WEBP"),
    "xml": text(xml),
    "xz": lambda rng: lzma.compress(prose(rng).encode()),
    "yaml": text(yaml),
    "zip": zipped,
    "zlibstream": lambda rng: zlib.compress(prose(rng).encode()),
}
