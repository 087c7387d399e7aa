"""Validates captured requests (capture.ts) against the service models of botocore: validate-requests.py <folder> <repository>

Names, types, required fields and least lengths are botocore's own validation; greatest lengths, patterns and enumerations it
leaves to the service, so they are checked here. Every command that lambdas/ makes has to be among the requests.
"""

import json
import re
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path

from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

captured, repository = Path(sys.argv[1]), Path(sys.argv[2])

SERVICES = {
    "DynamoDBClient": "dynamodb",
    "SQSClient": "sqs",
    "S3Client": "s3",
    "SchedulerClient": "scheduler",
    "EventBridgeClient": "events",
    "SFNClient": "stepfunctions",
    "SNSClient": "sns",
    "SESv2Client": "sesv2",
    "KMSClient": "kms",
    "LambdaClient": "lambda",
    "SecretsManagerClient": "secretsmanager",
    "SSMClient": "ssm",
    "CloudFormationClient": "cloudformation",
}

loader = Loader()
models: dict[str, ServiceModel] = {}


def model(service):
    if service not in models:
        models[service] = ServiceModel(loader.load_service_model(service, "service-2"), service)
    return models[service]


def plain(value):
    """What capture.ts has no JSON for."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"$bytes"}:
        return bytes(value["$bytes"])
    if set(value) == {"$date"}:
        return datetime.fromisoformat(value["$date"].replace("Z", "+00:00"))
    return {name: plain(one) for name, one in value.items()}


def anchored(pattern):
    """The models' patterns are of Java and mean the whole text."""
    return re.compile(re.sub(r"\\p\{[^}]*\}|\\P\{[^}]*\}", r"[\\s\\S]", pattern))


def strict(shape, value, where):
    """What botocore leaves to the service."""
    if shape.type_name == "structure" and isinstance(value, dict):
        for name, one in value.items():
            if name in shape.members:
                yield from strict(shape.members[name], one, f"{where}.{name}")
    elif shape.type_name == "list" and isinstance(value, list):
        if len(value) > shape.metadata.get("max", len(value)):
            yield f"{where}: {len(value)} entries, at most {shape.metadata['max']}"
        for index, one in enumerate(value):
            yield from strict(shape.member, one, f"{where}[{index}]")
    elif shape.type_name == "map" and isinstance(value, dict):
        for name, one in value.items():
            yield from strict(shape.key, name, f"{where} key")
            yield from strict(shape.value, one, f"{where}[{name}]")
    elif shape.type_name == "string" and isinstance(value, str):
        if len(value) > shape.metadata.get("max", len(value)):
            yield f"{where}: {len(value)} characters, at most {shape.metadata['max']}"
        if shape.enum and value not in shape.enum:
            yield f"{where}: {value!r} is none of {', '.join(shape.enum)}"
        pattern = shape.metadata.get("pattern")
        if pattern and not anchored(pattern).search(value):
            yield f"{where}: {value[:80]!r} does not match {pattern}"
    elif shape.type_name in ("integer", "long") and isinstance(value, int):
        if value > shape.metadata.get("max", value):
            yield f"{where}: {value}, at most {shape.metadata['max']}"


# The SDK's upload in parts hands each of its requests the fields of all of them, and what an operation has no place for is
# not put on the wire.
PARTS = {"CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload", "AbortMultipartUpload"}


def faults(request):
    service = SERVICES.get(request["client"])
    if service is None:
        return [f"no service of botocore is known for {request['client']}"]
    name = request["command"].removesuffix("Command")
    if name not in model(service).operation_names:
        return [f"{service} has no operation {name}"]
    shape = model(service).operation_model(name).input_shape
    value = plain(request["input"])
    if service == "s3" and name in PARTS:
        value = {field: one for field, one in value.items() if field in shape.members}
    report = ParamValidator().validate(value, shape)
    found = [report.generate_report()] if report.has_errors() else []
    return found + list(strict(shape, value, name))


def made_in(folder):
    text = "\n".join(path.read_text() for path in (repository / folder).rglob("*.ts"))
    return set(re.findall(r"new ([A-Z]\w+Command)\(", text))


requests = [json.loads(line) for path in captured.glob("*.jsonl") for line in path.read_text().split("\n") if line]
seen = Counter(f"{one['client'].removesuffix('Client')} {one['command'].removesuffix('Command')}" for one in requests)
missing = sorted(made_in("lambdas") - {one["command"] for one in requests})

found = {}
for one in requests:
    for fault in faults(one):
        found.setdefault(f"{one['command']}: {fault}", one["test"])
for fault, test in sorted(found.items()):
    print(f"  {fault}\n    sent by {test.removeprefix(str(repository) + '/')}")
for command in missing:
    print(f"  {command} is made in lambdas/, and no test has sent it")
print(f"{len(requests)} requests of {len(seen)} operations: {len(found)} faults, {len(missing)} commands not seen")
sys.exit(1 if found or missing or not requests else 0)
