"""Writes knowledge/iam/managed/aws.toml: the statements of the managed policies that serverless projects attach.

    pip download --no-deps moto      (unpack it)
    python3 xtask/generate/aws_managed_policies.py MOTO VERSION > knowledge/iam/managed/aws.toml

MOTO is the unpacked package's folder. Names alone are taken over.
"""

import json
import pathlib
import sys
import textwrap

# What functions, state machines and APIs of published projects have attached. Policies of thousands of actions, such as
# `ReadOnlyAccess`, are left out: a role that has one stays open.
NAMES = """
AdministratorAccess PowerUserAccess IAMFullAccess
AWSLambdaBasicExecutionRole AWSLambdaVPCAccessExecutionRole AWSLambdaSQSQueueExecutionRole AWSLambdaDynamoDBExecutionRole
AWSLambdaKinesisExecutionRole AWSLambdaMSKExecutionRole AWSLambdaRole AWSLambdaENIManagementAccess AWSLambdaExecute
AWSLambdaInvocation-DynamoDB AWSLambda_FullAccess AWSLambda_ReadOnlyAccess AWSLambdaBasicDurableExecutionRolePolicy
AmazonS3ObjectLambdaExecutionRolePolicy AWSXRayDaemonWriteAccess AWSXrayWriteOnlyAccess AWSXrayFullAccess
CloudWatchLambdaInsightsExecutionRolePolicy CloudWatchLambdaApplicationSignalsExecutionRolePolicy
CloudWatchLogsFullAccess CloudWatchLogsReadOnlyAccess CloudWatchFullAccess CloudWatchFullAccessV2 CloudWatchReadOnlyAccess
CloudWatchEventsFullAccess CloudWatchAgentServerPolicy AmazonAPIGatewayPushToCloudWatchLogs AmazonAPIGatewayInvokeFullAccess
AmazonAPIGatewayAdministrator AWSAppSyncPushToCloudWatchLogs AWSAppSyncInvokeFullAccess
AmazonS3FullAccess AmazonS3ReadOnlyAccess AmazonDynamoDBFullAccess AmazonDynamoDBFullAccess_v2 AmazonDynamoDBReadOnlyAccess
AmazonSQSFullAccess AmazonSQSReadOnlyAccess AmazonSNSFullAccess AmazonSNSReadOnlyAccess AmazonSESFullAccess
AmazonKinesisFullAccess AmazonKinesisReadOnlyAccess AmazonKinesisFirehoseFullAccess
AmazonEventBridgeFullAccess AmazonEventBridgeReadOnlyAccess AmazonEventBridgeSchedulerFullAccess
AWSStepFunctionsFullAccess AWSStepFunctionsReadOnlyAccess AWSStepFunctionsConsoleFullAccess
SecretsManagerReadWrite AmazonSSMFullAccess AmazonSSMReadOnlyAccess AWSKeyManagementServicePowerUser
AmazonCognitoPowerUser AmazonCognitoReadOnly AmazonRDSDataFullAccess AmazonRDSFullAccess AmazonRDSReadOnlyAccess
AmazonAthenaFullAccess AWSGlueServiceRole AmazonTextractFullAccess AmazonRekognitionFullAccess
AmazonRekognitionReadOnlyAccess AmazonPollyFullAccess AmazonPollyReadOnlyAccess TranslateFullAccess TranslateReadOnly
ComprehendFullAccess ComprehendReadOnly AmazonTranscribeFullAccess AmazonBedrockLimitedAccess AmazonBedrockReadOnly
AWSIoTDataAccess AWSIoTFullAccess AmazonElastiCacheFullAccess AmazonElasticFileSystemClientReadWriteAccess
AmazonElasticFileSystemClientFullAccess AmazonVPCFullAccess AmazonRoute53FullAccess AmazonRoute53ReadOnlyAccess
AWSCloudFormationFullAccess AmazonMQFullAccess AmazonOpenSearchServiceFullAccess AmazonMSKFullAccess
""".split()


def listed(value):
    return [value] if isinstance(value, str) else value


def block(key, names):
    text = textwrap.fill(" ".join(names), 118, break_long_words=False, break_on_hyphens=False)
    return f'{key} = "{text}"' if "\n" not in text and len(text) < 100 else f'{key} = """\n{text}\n"""'


def conditions(condition):
    operators = []
    for operator, keys in sorted(condition.items()):
        pairs = ", ".join(f"{json.dumps(key)} = {json.dumps(listed(value))}" for key, value in sorted(keys.items()))
        operators.append(f"{json.dumps(operator)} = {{ {pairs} }}")
    return f"conditions = {{ {', '.join(operators)} }}"


def main(moto, version):
    lines = (moto / "moto/iam/aws_managed_policies.py").read_text().split('"""', 2)[1]
    policies = json.loads(lines)
    print(f"# Written by xtask/generate/aws_managed_policies.py from moto {version} (PyPI, Apache-2.0).")
    for name in sorted(NAMES):
        if name not in policies:
            print(f"{name} is not known", file=sys.stderr)
            continue
        print(f'\n[[policy]]\nname = "{name}"')
        statements = policies[name]["Document"]["Statement"]
        for statement in [statements] if isinstance(statements, dict) else statements:
            print("\n[[policy.statement]]")
            if statement["Effect"] == "Deny":
                print('effect = "deny"')
            for key, words in [
                ("Action", "actions"),
                ("NotAction", "not-actions"),
                ("Resource", "resources"),
                ("NotResource", "not-resources"),
            ]:
                if key in statement:
                    print(block(words, listed(statement[key])))
            if "Condition" in statement:
                print(conditions(statement["Condition"]))


main(pathlib.Path(sys.argv[1]), sys.argv[2])
