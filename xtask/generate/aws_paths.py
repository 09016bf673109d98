"""Writes knowledge/calls/aws/apigateway.toml and apigatewayv2.toml: the actions of API Gateway are the methods of its interface,
and its resources are the paths. Run as

    python3 xtask/generate/aws_paths.py

where botocore is installed.
"""

import re

import botocore.session

ACCESS = {"GET": "read", "POST": "write", "PUT": "write", "PATCH": "write", "DELETE": "delete"}
FILES = {"apigateway": "", "apigatewayv2": "/v2"}


def rows(client, prefix):
    model = botocore.session.get_session().get_service_model(client)
    for name in model.operation_names:
        operation = model.operation_model(name)
        members = operation.input_shape.members if operation.input_shape else {}
        names = {
            member.serialization.get("name", parameter): parameter
            for parameter, member in members.items()
        }
        path = operation.http["requestUri"].split("?")[0].removeprefix(prefix)
        path = re.sub(
            r"\{([^}+]*)\+?\}", lambda hole: "{%s}" % names.get(hole[1], hole[1]), path
        )
        method = operation.http["method"]
        yield f"""
[[operation]]
name = "{name}"
action = "apigateway:{method}"
access = "{ACCESS[method]}"
arn = [{{ of = "arn:{{partition}}:apigateway:{{region}}::{path}" }}]
"""


for client, prefix in FILES.items():
    head = "# Written by xtask/generate/aws_paths.py from botocore: methods and paths of the operations.\n"
    text = head + f'client = "{client}"\n' + "".join(rows(client, prefix))
    with open(f"knowledge/calls/aws/{client}.toml", "w") as file:
        file.write(text)
