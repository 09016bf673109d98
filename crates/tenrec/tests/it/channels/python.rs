//! What boto3 writes in batches, transactions and updates.

use super::{Application, BUS, Case, QUEUE, STREAM, TABLE, TOPIC, check};

#[test]
fn batches_and_updates_in_python() {
    let image =
        "subprocess.run(event['Records'][0]['dynamodb']['NewImage']['name']['S'], shell=True)";
    let other =
        "subprocess.run(event['Records'][0]['dynamodb']['NewImage']['id']['S'], shell=True)";
    let body = "subprocess.run(event['Records'][0]['body'], shell=True)";
    let cases: [Case; 22] = [
        (
            "batch of a client",
            &TABLE,
            "boto3.client('dynamodb').batch_write_item(RequestItems={'orders': [{'PutRequest': {'Item': {'id': {'S': '1'}, 'name': {'S': name}}}}]})",
            image,
            "anonymous",
        ),
        (
            "batch of a client, other attribute",
            &TABLE,
            "boto3.client('dynamodb').batch_write_item(RequestItems={'orders': [{'PutRequest': {'Item': {'id': {'S': '1'}, 'name': {'S': name}}}}]})",
            other,
            "-",
        ),
        (
            "batch of another table",
            &TABLE,
            "boto3.client('dynamodb').batch_write_item(RequestItems={'others': [{'PutRequest': {'Item': {'name': {'S': name}}}}]})",
            image,
            "tenant",
        ),
        (
            "batch of a resource",
            &TABLE,
            "boto3.resource('dynamodb').batch_write_item(RequestItems={'orders': [{'PutRequest': {'Item': {'id': '1', 'name': name}}}]})",
            image,
            "anonymous",
        ),
        (
            "batch writer",
            &TABLE,
            "table = boto3.resource('dynamodb').Table('orders')\n    with table.batch_writer() as batch:\n        batch.put_item(Item={'id': '1', 'name': name})",
            image,
            "anonymous",
        ),
        (
            "batch writer, other attribute",
            &TABLE,
            "table = boto3.resource('dynamodb').Table('orders')\n    with table.batch_writer() as batch:\n        batch.put_item(Item={'id': '1', 'name': name})",
            other,
            "-",
        ),
        (
            "batch writer with keys, in a loop",
            &TABLE,
            "table = boto3.resource('dynamodb').Table('orders')\n    with table.batch_writer(overwrite_by_pkeys=['id']) as batch:\n        for part in name.split(','):\n            batch.put_item(Item={'id': '1', 'name': part})",
            image,
            "anonymous",
        ),
        (
            "transaction",
            &TABLE,
            "boto3.client('dynamodb').transact_write_items(TransactItems=[{'Put': {'TableName': 'orders', 'Item': {'id': {'S': '1'}, 'name': {'S': name}}}}])",
            image,
            "anonymous",
        ),
        (
            "transaction, other attribute",
            &TABLE,
            "boto3.client('dynamodb').transact_write_items(TransactItems=[{'Put': {'TableName': 'orders', 'Item': {'id': {'S': '1'}, 'name': {'S': name}}}}])",
            other,
            "-",
        ),
        (
            "transaction, update",
            &TABLE,
            "boto3.client('dynamodb').transact_write_items(TransactItems=[{'Update': {'TableName': 'orders', 'Key': {'id': {'S': '1'}}, 'UpdateExpression': 'SET #n = :n', 'ExpressionAttributeNames': {'#n': 'name'}, 'ExpressionAttributeValues': {':n': {'S': name}}}}])",
            image,
            "anonymous",
        ),
        (
            "update",
            &TABLE,
            "boto3.resource('dynamodb').Table('orders').update_item(Key={'id': '1'}, UpdateExpression='SET #n = :n', ExpressionAttributeNames={'#n': 'name'}, ExpressionAttributeValues={':n': name})",
            image,
            "anonymous",
        ),
        (
            "update, other attribute",
            &TABLE,
            "boto3.resource('dynamodb').Table('orders').update_item(Key={'id': '1'}, UpdateExpression='SET #n = :n', ExpressionAttributeNames={'#n': 'name'}, ExpressionAttributeValues={':n': name})",
            other,
            "-",
        ),
        (
            "update, plain name",
            &TABLE,
            "boto3.resource('dynamodb').Table('orders').update_item(Key={'id': '1'}, UpdateExpression='SET amount = :a, name = :n', ExpressionAttributeValues={':n': 'x', ':a': name})",
            image,
            "-",
        ),
        (
            "update, two names",
            &TABLE,
            "boto3.resource('dynamodb').Table('orders').update_item(Key={'id': '1'}, UpdateExpression='SET amount = :a, name = if_not_exists(name, :n)', ExpressionAttributeValues={':n': name, ':a': 1})",
            image,
            "anonymous",
        ),
        (
            "update of the old form",
            &TABLE,
            "boto3.resource('dynamodb').Table('orders').update_item(Key={'id': '1'}, AttributeUpdates={'name': {'Value': name, 'Action': 'PUT'}})",
            image,
            "anonymous",
        ),
        (
            "key of an update",
            &TABLE,
            "boto3.resource('dynamodb').Table('orders').update_item(Key={'id': name}, UpdateExpression='SET n = :n', ExpressionAttributeValues={':n': 'x'})",
            other,
            "anonymous",
        ),
        (
            "message batch",
            &QUEUE,
            "boto3.client('sqs').send_message_batch(QueueUrl='jobs', Entries=[{'Id': '1', 'MessageBody': 'x'}, {'Id': '2', 'MessageBody': name}])",
            body,
            "anonymous",
        ),
        (
            "message batch of ids",
            &QUEUE,
            "boto3.client('sqs').send_message_batch(QueueUrl='jobs', Entries=[{'Id': name, 'MessageBody': 'x'}])",
            body,
            "-",
        ),
        (
            "message batch of a resource",
            &QUEUE,
            "boto3.resource('sqs').get_queue_by_name(QueueName='jobs').send_messages(Entries=[{'Id': '2', 'MessageBody': name}])",
            body,
            "anonymous",
        ),
        (
            "topic batch",
            &TOPIC,
            "boto3.client('sns').publish_batch(TopicArn='arn:aws:sns:eu-west-1:1:jobs', PublishBatchRequestEntries=[{'Id': '1', 'Message': name}])",
            "subprocess.run(event['Records'][0]['Sns']['Message'], shell=True)",
            "anonymous",
        ),
        (
            "record batch",
            &STREAM,
            "boto3.client('kinesis').put_records(StreamName='clicks', Records=[{'Data': 'x', 'PartitionKey': '1'}, {'Data': name, 'PartitionKey': '1'}])",
            "subprocess.run(event['Records'][0]['kinesis']['data'], shell=True)",
            "anonymous",
        ),
        (
            "several events",
            &BUS,
            "boto3.client('events').put_events(Entries=[{'Source': 'other', 'DetailType': 'a', 'Detail': name}, {'Source': 'shop', 'DetailType': 'b', 'Detail': json.dumps({'name': 'x', 'text': name})}])",
            "subprocess.run(event['detail']['text'], shell=True)",
            "anonymous",
        ),
    ];
    check(&cases, Application::python);
}
