"""Writes the confirmation of each new order."""

import os

import boto3
from jinja2 import Environment, FileSystemLoader

templates = Environment(loader=FileSystemLoader("templates"), autoescape=True)
s3 = boto3.client("s3")


def handler(event, context):
    for record in event["Records"]:
        order = record["dynamodb"]["NewImage"]
        # Look-alike of a template injection: the template is ours, the order is one of its values.
        page = templates.get_template("confirmation.html").render(recipient=order["recipient"]["S"])
        s3.put_object(
            Bucket=os.environ["MEDIA_BUCKET"],
            Key="confirmations/" + order["id"]["S"] + ".html",
            Body=page.encode(),
            ContentType="text/html",
        )
