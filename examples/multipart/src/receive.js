// Keeps the parts of a posted form.
const { randomUUID } = require("crypto");
const { S3Client, PutObjectCommand } = require("@aws-sdk/client-s3");
const { parts } = require("./parts");

const s3 = new S3Client({});

exports.handler = async (event) => {
  const body = Buffer.from(event.body, event.isBase64Encoded ? "base64" : "utf8").toString("latin1");
  for (const part of parts(event.headers["content-type"], body)) {
    await s3.send(
      new PutObjectCommand({
        Bucket: process.env.ATTACHMENTS,
        Key: randomUUID(),
        Body: part.content,
      }),
    );
  }
  return { statusCode: 204 };
};
