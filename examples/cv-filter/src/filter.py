"""Reads the text of each application that arrives, and keeps the ones that mention a wanted skill."""

import os
import subprocess
from urllib.parse import unquote_plus

import boto3

s3 = boto3.client("s3")
table = boto3.resource("dynamodb").Table(os.environ["CANDIDATES"])

WANTED = ["rust", "serverless"]


def text_of(path):
    return subprocess.check_output("pdftotext " + path + " -", shell=True).decode()


def handler(event, context):
    for record in event["Records"]:
        bucket = record["s3"]["bucket"]["name"]
        key = unquote_plus(record["s3"]["object"]["key"])
        path = "/tmp/" + key
        s3.download_file(bucket, key, path)
        text = text_of(path)
        if any(skill in text.lower() for skill in WANTED):
            table.put_item(Item={"id": key, "status": "interview"})
