"""A signed-in customer may upload a picture of what arrived broken."""

import json
import os
import uuid

import boto3

s3 = boto3.client("s3")


def handler(event, context):
    key = "raw/" + str(uuid.uuid4())
    # Flaw: nothing limits what is uploaded with the ticket, neither its size nor its type.
    ticket = s3.generate_presigned_post(Bucket=os.environ["MEDIA_BUCKET"], Key=key, ExpiresIn=300)
    return {
        "statusCode": 200,
        "headers": {"content-type": "application/json"},
        "body": json.dumps(ticket),
    }
