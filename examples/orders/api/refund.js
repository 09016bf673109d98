// Marks an order as refunded.
const { UpdateCommand } = require("@aws-sdk/lib-dynamodb");
const { documents, answer } = require("../lib/store");

exports.handler = async (event) => {
  const { order } = JSON.parse(event.body);
  await documents.send(
    new UpdateCommand({
      TableName: process.env.ORDERS_TABLE,
      Key: { id: order },
      UpdateExpression: "SET refunded = :yes",
      ExpressionAttributeValues: { ":yes": true },
    }),
  );
  return answer(200, { order });
};
