// Lets in whoever shows a token that our issuer signed.
const jwt = require("jsonwebtoken");

const PUBLIC_KEY = Buffer.from(process.env.ISSUER_KEY || "", "base64").toString();

const policy = (principalId, effect, resource) => ({
  principalId,
  policyDocument: {
    Version: "2012-10-17",
    Statement: [{ Action: "execute-api:Invoke", Effect: effect, Resource: resource }],
  },
});

exports.handler = async (event) => {
  const token = event.authorizationToken.replace("Bearer ", "");
  try {
    // Look-alike of an unverified token: the signature, the issuer and the audience are checked.
    const claims = jwt.verify(token, PUBLIC_KEY, { algorithms: ["RS256"], issuer: "https://id.example.com", audience: "orders" });
    return policy(claims.sub, "Allow", event.methodArn);
  } catch (error) {
    // Look-alike of a denial that nobody sees: it is logged.
    console.warn("denied", { reason: error.name, method: event.methodArn });
    return policy("anonymous", "Deny", event.methodArn);
  }
};
