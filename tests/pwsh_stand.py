"""A program that stands for `pwsh` with Microsoft's module: it records how it was started and what it was told, and
runs cmdlets in a simulated Exchange."""

import json
import stat
import sys
from pathlib import Path
from typing import Any

PROGRAM = """#!{python} -I
import json, os, sys, urllib.error, urllib.request
record = {record!r}
def note(what):
    with open(record, "a") as file:
        file.write(json.dumps(what) + "\\n")
note({{"argv": sys.argv[1:], "env": sorted(os.environ)}})
token = ""
def post(url, body):
    headers = {{"Authorization": "Bearer " + token, "Content-Type": "application/json"}}
    with urllib.request.urlopen(urllib.request.Request(url, data=body, headers=headers)) as answer:
        return json.loads(answer.read())
def run(order):
    parameters = order["parameters"]
    body = json.dumps({{"CmdletInput": {{"CmdletName": order["cmdlet"], "Parameters": parameters}}}}).encode()
    link, rows = {url!r}, []
    while link:
        page = post(link, body)
        rows += page["value"]
        link = page.get("@odata.nextLink")
    return [{{name: row[name] for name in order["properties"] if name in row}} for row in rows]
for line in sys.stdin:
    order = json.loads(line)
    note({{name: value for name, value in order.items() if name != "connect"}})
    if {misbehaviour!r} == "dies" and "cmdlet" in order:
        os._exit(3)
    if {misbehaviour!r} == "is silent" and "cmdlet" in order:
        continue
    if {misbehaviour!r} == "has no module":
        error = {{"message": "The specified module was not loaded.", "reason": "FileNotFoundException"}}
        print(json.dumps({{"error": error}}), flush=True)
        continue
    try:
        if "connect" in order:
            token = order["connect"]["token"]
            answer = {{"value": []}}
        else:
            answer = {{"value": run(order)}}
    except urllib.error.HTTPError as error:
        text = error.read()
        message = json.loads(text)["error"]["details"][0]["message"] if text else "Forbidden"
        answer = {{"error": {{"message": message, "reason": "RestClientException"}}}}
    print(json.dumps(answer), flush=True)
"""


def stand(folder: Path, *, url: str, tenant: str, misbehaviour: str = "") -> Path:
    """The program, in a folder; what it records is beside it."""
    program = folder / "pwsh"
    endpoint = f"{url}/adminapi/beta/{tenant}/InvokeCommand"
    text = PROGRAM.format(python=sys.executable, record=str(folder / "record"), url=endpoint, misbehaviour=misbehaviour)
    program.write_text(text, encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


def recorded(program: Path) -> list[dict[str, Any]]:
    """How it was started, then every line but the token's."""
    return [json.loads(line) for line in (program.parent / "record").read_text(encoding="utf-8").splitlines()]
