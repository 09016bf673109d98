// Keys that come from Secrets Manager, read once for each instance.
const { SecretsManagerClient, GetSecretValueCommand } = require("@aws-sdk/client-secrets-manager");

const secrets = new SecretsManagerClient({});
let cached;

exports.webhookKey = async () => {
  if (!cached) {
    const secret = await secrets.send(new GetSecretValueCommand({ SecretId: process.env.STRIPE_SECRET_ARN }));
    cached = JSON.parse(secret.SecretString).webhook;
  }
  return cached;
};
