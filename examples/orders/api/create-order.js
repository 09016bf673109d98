// Takes an order, keeps it, and asks for its label.
const { randomUUID } = require("crypto");
const { PutCommand } = require("@aws-sdk/lib-dynamodb");
const { SQSClient, SendMessageCommand } = require("@aws-sdk/client-sqs");
const { documents, answer } = require("../lib/store");

const sqs = new SQSClient({});

exports.handler = async (event) => {
  // Flaw: the log holds the caller's token.
  console.log("order", JSON.stringify(event));
  const { items, recipient, coupon } = JSON.parse(event.body);
  const id = randomUUID();
  await documents.send(
    new PutCommand({
      TableName: process.env.ORDERS_TABLE,
      Item: { id, items, recipient, coupon, customer: event.requestContext.authorizer.principalId },
      ConditionExpression: "attribute_not_exists(id)",
    }),
  );
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: process.env.LABELS_QUEUE,
      MessageBody: JSON.stringify({ id, recipient }),
    }),
  );
  return answer(201, { id });
};
