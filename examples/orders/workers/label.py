"""Prints the label of each order that arrives over the queue."""

import json
import os
import subprocess

import boto3

s3 = boto3.client("s3")


def barcode(order):
    # Look-alike of an injection: a program with a list of arguments, no shell.
    subprocess.run(["zint", "-o", "/tmp/barcode.png", "-d", order], check=True)
    return "/tmp/barcode.png"


def label(order, recipient):
    target = "/tmp/label.pdf"
    # Flaw: the recipient's name, written by whoever ordered, becomes part of a shell command.
    os.system(f"wkhtmltopdf --title '{recipient}' {barcode(order)} {target}")
    return target


def handler(event, context):
    failed = []
    for record in event["Records"]:
        try:
            job = json.loads(record["body"])
            s3.upload_file(label(job["id"], job["recipient"]), os.environ["MEDIA_BUCKET"], "labels/" + job["id"])
        except subprocess.CalledProcessError as error:
            # Look-alike of a swallowed exception: it is logged, and the message comes back.
            print("label failed", record["messageId"], error.returncode)
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
