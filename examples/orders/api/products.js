// The catalogue, by category.
const { QueryCommand } = require("@aws-sdk/lib-dynamodb");
const { documents, answer } = require("../lib/store");

exports.list = async (event) => {
  const category = (event.queryStringParameters || {}).category || "all";
  // Look-alike of an injection: the caller's value is bound, not spliced into the expression.
  const found = await documents.send(
    new QueryCommand({
      TableName: process.env.PRODUCTS_TABLE,
      IndexName: "by-category",
      KeyConditionExpression: "category = :category",
      ExpressionAttributeValues: { ":category": category },
      Limit: 50,
    }),
  );
  return answer(200, found.Items);
};
