// One order, for its customer.
const { GetCommand } = require("@aws-sdk/lib-dynamodb");
const { documents, answer } = require("../lib/store");

exports.handler = async (event) => {
  try {
    const found = await documents.send(
      new GetCommand({ TableName: process.env.ORDERS_TABLE, Key: { id: event.pathParameters.id } }),
    );
    if (!found.Item || found.Item.customer !== event.requestContext.authorizer.principalId) {
      return answer(404, { error: "no such order" });
    }
    return answer(200, found.Item);
  } catch (error) {
    // Flaw: the caller sees how the inside is built.
    return answer(500, { error: error.stack });
  }
};
