"""Lets files of a bearable size through to the next step."""

import json
import os
from urllib.parse import unquote_plus

import boto3

sns = boto3.client("sns")

LARGEST = 5 * 1024 * 1024


def handler(event, context):
    for record in event["Records"]:
        if record["s3"]["object"]["size"] > LARGEST:
            print("too large", record["s3"]["object"]["size"])
            continue
        message = {
            "bucket": record["s3"]["bucket"]["name"],
            "key": unquote_plus(record["s3"]["object"]["key"]),
        }
        sns.publish(TopicArn=os.environ["ACCEPTED_TOPIC"], Message=json.dumps(message))
