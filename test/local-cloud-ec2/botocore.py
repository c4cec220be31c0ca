"""botocore, an independent client of the EC2 API, against the local cloud: pagination, waiters, retries, signatures."""

import json
import os

try:
    import botocore.session
except ImportError:
    # Debian's awscli brings a botocore of its own, and answers for the name once it is imported.
    import awscli  # noqa: F401
    import botocore.session
import botocore.exceptions
from botocore.config import Config
import urllib.request

endpoint = os.environ["AWS_ENDPOINT_URL"]


def client(service, secret="secret/with+signs=", token=None, attempts=5):
    return botocore.session.get_session().create_client(
        service,
        region_name="us-east-1",
        endpoint_url=endpoint,
        aws_access_key_id="AKIDREHEARSAL" if token is None else token["AccessKeyId"],
        aws_secret_access_key=secret if token is None else token["SecretAccessKey"],
        aws_session_token=None if token is None else token["SessionToken"],
        config=Config(retries={"mode": "standard", "max_attempts": attempts}),
    )


def code_of(call):
    try:
        call()
    except botocore.exceptions.ClientError as error:
        return error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
    return "ok", 200


def set_faults(plan):
    request = urllib.request.Request(
        endpoint + "/_kiln/faults",
        data=json.dumps(plan).encode(),
        headers={"x-kiln-control": "1"},
        method="PUT",
    )
    urllib.request.urlopen(request).close()


found = {}
ec2 = client("ec2")
pages = list(ec2.get_paginator("describe_images").paginate(PaginationConfig={"PageSize": 20}))
found["pages"] = len(pages) > 3
found["images"] = len({i["ImageId"] for p in pages for i in p["Images"]}) == sum(len(p["Images"]) for p in pages)
found["wrong secret"] = code_of(client("ec2", secret="other").describe_vpcs)
temporary = client("sts").assume_role(RoleArn="arn:aws:iam::123456789012:role/r", RoleSessionName="session")["Credentials"]
found["assumed"] = client("sts", token=temporary).get_caller_identity()["Arn"]

set_faults({"rules": [{"action": "DescribeVpcs", "nth": 1, "times": 2, "code": "RequestLimitExceeded", "status": 503}]})
found["retried"] = len(ec2.describe_vpcs()["Vpcs"])
set_faults({"rules": [{"action": "DescribeVpcs", "nth": 1, "drop": "before"}]})
found["reconnected"] = len(ec2.describe_vpcs()["Vpcs"])
set_faults({"denied": ["ec2:RunInstances"]})
run = {"ImageId": "ami-fce3c696", "InstanceType": "t2.micro", "MinCount": 1, "MaxCount": 1}
found["denied"] = code_of(lambda: ec2.run_instances(**run))
set_faults({})

instance = ec2.run_instances(**run)["Instances"][0]["InstanceId"]
ec2.get_waiter("instance_running").wait(InstanceIds=[instance], WaiterConfig={"Delay": 1})
ec2.terminate_instances(InstanceIds=[instance])
ec2.get_waiter("instance_terminated").wait(InstanceIds=[instance], WaiterConfig={"Delay": 1})
iam = client("iam")
iam.create_instance_profile(InstanceProfileName="p")
iam.get_waiter("instance_profile_exists").wait(InstanceProfileName="p")
print(json.dumps(found))
