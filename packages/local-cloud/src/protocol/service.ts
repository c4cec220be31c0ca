/** The services that answer on the one port, and how each speaks. */
export type ServiceName = "ec2" | "iam" | "sts" | "ssm" | "ec2-instance-connect";

export interface Service {
  readonly name: ServiceName;
  readonly protocol: "ec2" | "query" | "json";
  readonly version: string;
  readonly namespace?: string;
  readonly targetPrefix?: string;
  /** Code of a refusal for want of permission. */
  readonly deniedCode: string;
}

export const services: Readonly<Record<ServiceName, Service>> = {
  ec2: {
    name: "ec2",
    protocol: "ec2",
    version: "2016-11-15",
    namespace: "http://ec2.amazonaws.com/doc/2016-11-15/",
    deniedCode: "UnauthorizedOperation",
  },
  iam: {
    name: "iam",
    protocol: "query",
    version: "2010-05-08",
    namespace: "https://iam.amazonaws.com/doc/2010-05-08/",
    deniedCode: "AccessDenied",
  },
  sts: {
    name: "sts",
    protocol: "query",
    version: "2011-06-15",
    namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
    deniedCode: "AccessDenied",
  },
  ssm: {
    name: "ssm",
    protocol: "json",
    version: "2014-11-06",
    targetPrefix: "AmazonSSM",
    deniedCode: "AccessDeniedException",
  },
  "ec2-instance-connect": {
    name: "ec2-instance-connect",
    protocol: "json",
    version: "2018-04-02",
    targetPrefix: "AWSEC2InstanceConnectService",
    deniedCode: "AuthException",
  },
};

/** The service of a request, from its signature's scope, its target or its API version. */
export function serviceOf(scope: string, target: string | undefined, version: string | undefined): Service | undefined {
  const all = Object.values(services);
  const prefix = target?.split(".")[0];
  if (prefix !== undefined) return all.find((service) => service.targetPrefix === prefix);
  return all.find((service) => service.version === version) ?? all.find((service) => service.name === scope);
}
