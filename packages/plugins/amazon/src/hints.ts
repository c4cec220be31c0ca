/** What to do about refusals that many people meet. Keyed by EC2's error code. */
const hints: Readonly<Record<string, string>> = {
  VPCResourceNotSpecified:
    "This account has no default VPC (accounts from before 2013-12-04 may have none), and this instance type needs one. " +
    "Set vpc_id and subnet_id, or make a default VPC with `aws ec2 create-default-vpc`. Unless the subnet gives out public " +
    "addresses, set associate_public_ip_address = true too, or connect through a VPN with ssh_interface = private_ip.",
  VPCIdNotSpecified:
    "This account has no default VPC in this region. Set vpc_id and subnet_id, or make one with `aws ec2 create-default-vpc`.",
  MissingInput: "Set subnet_id, or subnet_filter, and if need be vpc_id.",
  "InvalidAMIName.Duplicate":
    "Put {{timestamp}} into ami_name, deregister the old image, or set force_deregister = true to replace it.",
  OptInRequired:
    "Subscribe to the source image's product on AWS Marketplace once with this account, then build again. The link is above.",
  InstanceLimitExceeded:
    "Terminate instances that are not needed, or ask for a higher limit in Service Quotas (Running On-Demand instances).",
  VcpuLimitExceeded:
    "Ask for more vCPUs in Service Quotas (Running On-Demand instances), or take a smaller instance_type or another region.",
  MaxSpotInstanceCountExceeded: "Ask for more in Service Quotas (All Spot Instance Requests), or leave out spot_price.",
  AddressLimitExceeded: "Release Elastic IP addresses that are not needed.",
  SecurityGroupLimitExceeded:
    "Delete security groups left by old builds (`packer_…`, `kiln cleanup`), or set security_group_id.",
  Blocked: "AWS has blocked this account; open a case with AWS Support.",
  PendingVerification: "AWS is still verifying this account for this region; it usually takes less than four hours.",
  ExpiredToken: "The temporary credentials ran out. Log in again (`aws sso login`, or fetch new keys) and build again.",
  RequestExpired:
    "The temporary credentials ran out, or this machine's clock is wrong. Log in again and check the time.",
  ExpiredTokenException: "The temporary credentials ran out. Log in again and build again.",
  AuthFailure:
    "AWS does not know these credentials: check access_key and secret_key (or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY), that " +
    "they are active, that the region is enabled for the account, and this machine's clock.",
  InvalidClientTokenId:
    "AWS does not know this access key: check access_key or AWS_ACCESS_KEY_ID, and the session token.",
  SignatureDoesNotMatch: "The secret key does not belong to the access key: check secret_key or AWS_SECRET_ACCESS_KEY.",
  InsufficientInstanceCapacity:
    "AWS has no room for this instance type there just now: leave out availability_zone and subnet_id, set subnet_filter with " +
    "random or most_free, take another instance_type, or try later.",
  Unsupported:
    "This instance type is not offered there, or not with these options: choose another instance_type or availability_zone.",
  "InvalidAMIID.NotFound":
    "Images have another id in every region, and private ones must be shared with this account. A source_ami_filter finds the right one.",
  "InvalidAMIID.Unavailable":
    "The source image was deregistered. A source_ami_filter with most_recent finds the present one.",
  "InvalidKeyPair.NotFound": "ssh_keypair_name must exist in this region; leave it out for a temporary key pair.",
  "InvalidSubnetID.NotFound": "Subnets belong to a region and an account: check region, profile and subnet_id.",
  "InvalidGroup.NotFound": "Security groups belong to a VPC: check vpc_id, subnet_id and security_group_id.",
  InvalidParameterCombination:
    "These options do not go together for this instance type; EC2 says above which. Older types need an older source image, and t2 " +
    "and newer types a VPC.",
  RequestLimitExceeded: "AWS throttles this account. Run fewer builds at once (-parallel-builds) or raise max_retries.",
  "Client.InternalError":
    "Instances that stop at once with this mostly may not use the KMS key of an encrypted volume: check the key's policy.",
};

const wrongRegion =
  "The endpoint does not serve the region that the request was signed for: check region (or AWS_REGION, the profile's region) for a " +
  "typing error, and that custom_endpoint_ec2, if it is set, is that region's own. A region may also have to be enabled for the " +
  "account first. If the region is right, check access_key and secret_key.";

/** The advice for an error code; UnauthorizedOperation names the action that is missing. */
export function hintFor(code: string, message: string): string | undefined {
  if (message.includes("scoped to a valid region")) return wrongRegion;
  if (code !== "UnauthorizedOperation" && code !== "AccessDenied" && code !== "AccessDeniedException")
    return hints[code];
  const action = /perform(?:ing)?:? (?:operation:? )?([a-z0-9-]+:[A-Za-z0-9]+)/.exec(message)?.[1];
  const what = action === undefined ? "the action that was refused" : action;
  const decode = message.includes("Encoded authorization failure message")
    ? " Set decode_authorization_messages = true to read the details above."
    : "";
  return `The credentials may not do this: allow ${what} in their IAM policy.${decode}`;
}
