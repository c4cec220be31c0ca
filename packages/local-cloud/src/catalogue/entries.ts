/** A well-known public image that the local cloud stands in for. */
export interface CatalogueEntry {
  readonly name: string;
  readonly system: string;
  readonly ownerId: string;
  readonly ownerAlias?: string;
  readonly user: string;
  readonly architecture: "x86_64" | "arm64";
  readonly rootDeviceName: string;
  /** Day of publication, YYYY-MM-DD. */
  readonly published: string;
  readonly platform?: "windows";
  readonly productCode?: string;
  /** Names under which AWS and Canonical publish the newest one in Parameter Store. */
  readonly parameters: readonly string[];
}

interface Family {
  readonly ownerId: string;
  readonly ownerAlias?: string;
  readonly user: string;
  readonly rootDeviceName: string;
  readonly platform?: "windows";
}
type Row = readonly [name: string, system: string, published: string, parameter?: string];

const canonical: Family = { ownerId: "099720109477", user: "ubuntu", rootDeviceName: "/dev/sda1" };
const debian: Family = { ownerId: "136693071363", user: "admin", rootDeviceName: "/dev/xvda" };
const amazon: Family = { ownerId: "137112412989", ownerAlias: "amazon", user: "ec2-user", rootDeviceName: "/dev/xvda" };
const containers: Family = { ...amazon, ownerId: "591542846629" };
const redHat: Family = { ownerId: "309956199498", user: "ec2-user", rootDeviceName: "/dev/sda1" };
const rocky: Family = { ownerId: "792107900819", user: "rocky", rootDeviceName: "/dev/sda1" };
const alma: Family = { ownerId: "764336703387", user: "ec2-user", rootDeviceName: "/dev/sda1" };
const fedora: Family = { ownerId: "125523088429", user: "fedora", rootDeviceName: "/dev/sda1" };
const suse: Family = { ownerId: "013907871322", ownerAlias: "amazon", user: "ec2-user", rootDeviceName: "/dev/sda1" };
const windows: Family = {
  ownerId: "801119661308",
  ownerAlias: "amazon",
  user: "Administrator",
  rootDeviceName: "/dev/sda1",
  platform: "windows",
};

/** `{arch}` becomes amd64/arm64 as Debian names them, `{machine}` x86_64/arm64, `{kernel}` x86_64/aarch64. */
function images(
  family: Family,
  architectures: readonly ("x86_64" | "arm64")[],
  rows: readonly Row[],
): CatalogueEntry[] {
  return rows.flatMap(([name, system, published, parameter]) =>
    architectures.map((architecture): CatalogueEntry => {
      const fill = (text: string): string =>
        text
          .replaceAll("{arch}", architecture === "arm64" ? "arm64" : "amd64")
          .replaceAll("{machine}", architecture)
          .replaceAll("{kernel}", architecture === "arm64" ? "aarch64" : "x86_64");
      const parameters = parameter === undefined ? [] : [fill(parameter)];
      return { ...family, name: fill(name), system: fill(system), published, architecture, parameters };
    }),
  );
}

const both = ["x86_64", "arm64"] as const;
const intel = ["x86_64"] as const;

function ubuntu(
  codename: string,
  version: string,
  serial: string,
  published: string,
  storage: "hvm-ssd" | "hvm-ssd-gp3",
): readonly Row[] {
  const system = `Canonical, Ubuntu, ${version}${version.endsWith(".04") ? " LTS" : ""}, {arch}`;
  const parameter = `/aws/service/canonical/ubuntu/server/${version}/stable/current/{arch}/hvm/${storage === "hvm-ssd" ? "ebs-gp2" : "ebs-gp3"}/ami-id`;
  return [
    [`ubuntu/images/${storage}/ubuntu-${codename}-${version}-{arch}-server-${serial}`, system, published, parameter],
    [
      `ubuntu-minimal/images/${storage}/ubuntu-${codename}-${version}-{arch}-minimal-${serial}`,
      `${system}, minimal`,
      published,
    ],
  ];
}

const al2023 = "/aws/service/ami-amazon-linux-latest";
const windowsLatest = "/aws/service/ami-windows-latest";

/** All entries; in a family the newest of a name pattern is the one that `most_recent` finds. */
export const catalogueEntries: readonly CatalogueEntry[] = [
  ...images(canonical, intel, [
    ...ubuntu("trusty", "14.04", "20191107", "2019-11-07", "hvm-ssd"),
    [
      "ubuntu/images/hvm-ssd/ubuntu-xenial-16.04-amd64-server-20170811",
      "Canonical, Ubuntu, 16.04 LTS, amd64",
      "2017-08-12",
    ],
    ...ubuntu("xenial", "16.04", "20211001", "2021-10-01", "hvm-ssd"),
  ]),
  ...images(canonical, both, [
    ...ubuntu("bionic", "18.04", "20230607", "2023-06-07", "hvm-ssd"),
    ...ubuntu("focal", "20.04", "20250603", "2025-06-03", "hvm-ssd"),
    ...ubuntu("jammy", "22.04", "20250627", "2025-06-27", "hvm-ssd"),
    ...ubuntu("noble", "24.04", "20250627", "2025-06-27", "hvm-ssd-gp3"),
    ...ubuntu("resolute", "26.04", "20260610", "2026-06-10", "hvm-ssd-gp3"),
  ]),
  ...images(debian, both, [
    ["debian-10-{arch}-20240703-1797", "Debian 10 (20240703-1797)", "2024-07-03"],
    [
      "debian-11-{arch}-20250605-2134",
      "Debian 11 (20250605-2134)",
      "2025-06-05",
      "/aws/service/debian/release/11/latest/{arch}",
    ],
    [
      "debian-12-{arch}-20250530-2128",
      "Debian 12 (20250530-2128)",
      "2025-05-30",
      "/aws/service/debian/release/12/latest/{arch}",
    ],
    [
      "debian-13-{arch}-20250814-2204",
      "Debian 13 (20250814-2204)",
      "2025-08-14",
      "/aws/service/debian/release/13/latest/{arch}",
    ],
  ]),
  ...images({ ...debian, ownerId: "379101102735" }, intel, [
    ["debian-stretch-hvm-x86_64-gp2-2020-10-31-2842", "Debian 9 (2020-10-31-2842)", "2020-10-31"],
  ]),
  ...images(amazon, intel, [
    [
      "amzn-ami-hvm-2018.03.0.20231024.0-x86_64-gp2",
      "Amazon Linux AMI 2018.03.0.20231024.0 x86_64 HVM gp2",
      "2023-10-24",
      `${al2023}/amzn-ami-hvm-x86_64-gp2`,
    ],
    [
      "amzn2-ami-hvm-2.0.20250623.0-x86_64-ebs",
      "Amazon Linux 2 AMI 2.0.20250623.0 x86_64 HVM ebs",
      "2025-06-23",
      `${al2023}/amzn2-ami-hvm-x86_64-ebs`,
    ],
  ]),
  ...images(amazon, both, [
    [
      "amzn2-ami-hvm-2.0.20250623.0-{machine}-gp2",
      "Amazon Linux 2 AMI 2.0.20250623.0 {machine} HVM gp2",
      "2025-06-23",
      `${al2023}/amzn2-ami-hvm-{machine}-gp2`,
    ],
    [
      "amzn2-ami-kernel-5.10-hvm-2.0.20250623.0-{machine}-gp2",
      "Amazon Linux 2 LTS {machine} Kernel 5.10 AMI",
      "2025-06-24",
      `${al2023}/amzn2-ami-kernel-5.10-hvm-{machine}-gp2`,
    ],
    [
      "al2023-ami-2023.7.20250623.1-kernel-6.1-{machine}",
      "Amazon Linux 2023 AMI 2023.7.20250623.1 {machine} HVM kernel-6.1",
      "2025-06-23",
      `${al2023}/al2023-ami-kernel-default-{machine}`,
    ],
    [
      "al2023-ami-minimal-2023.7.20250623.1-kernel-6.1-{machine}",
      "Amazon Linux 2023 AMI 2023.7.20250623.1 {machine} Minimal HVM kernel-6.1",
      "2025-06-23",
      `${al2023}/al2023-ami-minimal-kernel-default-{machine}`,
    ],
  ]),
  ...images(containers, intel, [
    [
      "amzn2-ami-ecs-hvm-2.0.20250610-x86_64-ebs",
      "Amazon Linux AMI 2.0.20250610 x86_64 ECS HVM EBS",
      "2025-06-10",
      "/aws/service/ecs/optimized-ami/amazon-linux-2/recommended/image_id",
    ],
    [
      "al2023-ami-ecs-hvm-2023.0.20250610-kernel-6.1-x86_64",
      "Amazon Linux AMI 2023.0.20250610 x86_64 ECS HVM EBS",
      "2025-06-10",
      "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id",
    ],
  ]),
  ...images(redHat, both, [
    ["RHEL-7.9_HVM-20240930-{machine}-0-Hourly2-GP3", "Red Hat Enterprise Linux 7.9 (HVM)", "2024-09-30"],
    ["RHEL-8.10.0_HVM-20250519-{machine}-0-Hourly2-GP3", "Red Hat Enterprise Linux 8.10 (HVM)", "2025-05-19"],
    ["RHEL-9.6.0_HVM-20250618-{machine}-0-Hourly2-GP3", "Red Hat Enterprise Linux 9.6 (HVM)", "2025-06-18"],
    ["RHEL-10.0.0_HVM-20250623-{machine}-0-Hourly2-GP3", "Red Hat Enterprise Linux 10.0 (HVM)", "2025-06-23"],
  ]),
  ...images(rocky, both, [
    ["Rocky-8-EC2-Base-8.10-20240528.0.{kernel}", "Rocky Linux 8.10", "2024-05-28"],
    ["Rocky-9-EC2-Base-9.6-20250531.0.{kernel}", "Rocky Linux 9.6", "2025-05-31"],
    ["Rocky-9-EC2-LVM-9.6-20250531.0.{kernel}", "Rocky Linux 9.6 on LVM", "2025-05-31"],
    ["Rocky-10-EC2-Base-10.0-20250611.0.{kernel}", "Rocky Linux 10.0", "2025-06-11"],
  ]),
  ...images(alma, both, [
    ["AlmaLinux OS 8.10.20250520 {kernel}", "AlmaLinux OS 8.10", "2025-05-20"],
    ["AlmaLinux OS 9.6.20250522 {kernel}", "AlmaLinux OS 9.6", "2025-05-22"],
    ["AlmaLinux OS 10.0.20250529 {kernel}", "AlmaLinux OS 10.0", "2025-05-29"],
  ]),
  ...images({ ...fedora, user: "centos" }, both, [
    ["CentOS Linux 7 {kernel} - 2211", "CentOS Linux 7", "2022-11-04"],
    ["CentOS Linux 8 {kernel} - 2111", "CentOS Linux 8", "2021-11-15"],
  ]),
  ...images({ ...fedora, user: "ec2-user" }, both, [
    ["CentOS Stream 9 {kernel} 20250623", "CentOS Stream 9", "2025-06-23"],
    ["CentOS Stream 10 {kernel} 20250623", "CentOS Stream 10", "2025-06-23"],
  ]),
  ...images(fedora, both, [["Fedora-Cloud-Base-AmazonEC2.{kernel}-42-1.1", "Fedora Cloud 42", "2025-04-15"]]),
  ...images(suse, both, [
    ["suse-sles-15-sp6-v20250619-hvm-ssd-{machine}", "SUSE Linux Enterprise Server 15 SP6", "2025-06-19"],
  ]),
  ...images(windows, intel, [
    ["Windows_Server-2008-SP2-English-64Bit-Base-2019.05.15", "Microsoft Windows Server 2008 SP2 64-bit", "2019-05-15"],
    [
      "Windows_Server-2008-R2_SP1-English-64Bit-Base-2020.01.15",
      "Microsoft Windows Server 2008 R2 SP1 64-bit",
      "2020-01-15",
    ],
    ["Windows_Server-2012-RTM-English-64Bit-Base-2023.10.11", "Microsoft Windows Server 2012 64-bit", "2023-10-11"],
    [
      "Windows_Server-2012-R2_RTM-English-64Bit-Base-2023.10.11",
      "Microsoft Windows Server 2012 R2 RTM 64-bit",
      "2023-10-11",
    ],
    [
      "Windows_Server-2016-English-Full-Base-2025.06.11",
      "Microsoft Windows Server 2016",
      "2025-06-11",
      `${windowsLatest}/Windows_Server-2016-English-Full-Base`,
    ],
    [
      "Windows_Server-2016-English-Core-Base-2025.06.11",
      "Microsoft Windows Server 2016 Core",
      "2025-06-11",
      `${windowsLatest}/Windows_Server-2016-English-Core-Base`,
    ],
    [
      "Windows_Server-2019-English-Full-Base-2025.06.11",
      "Microsoft Windows Server 2019",
      "2025-06-11",
      `${windowsLatest}/Windows_Server-2019-English-Full-Base`,
    ],
    [
      "Windows_Server-2019-English-Core-Base-2025.06.11",
      "Microsoft Windows Server 2019 Core",
      "2025-06-11",
      `${windowsLatest}/Windows_Server-2019-English-Core-Base`,
    ],
    [
      "Windows_Server-2022-English-Full-Base-2025.06.11",
      "Microsoft Windows Server 2022",
      "2025-06-11",
      `${windowsLatest}/Windows_Server-2022-English-Full-Base`,
    ],
    [
      "Windows_Server-2022-English-Core-Base-2025.06.11",
      "Microsoft Windows Server 2022 Core",
      "2025-06-11",
      `${windowsLatest}/Windows_Server-2022-English-Core-Base`,
    ],
    [
      "Windows_Server-2025-English-Full-Base-2025.06.11",
      "Microsoft Windows Server 2025",
      "2025-06-11",
      `${windowsLatest}/Windows_Server-2025-English-Full-Base`,
    ],
  ]),
];

/** Ids that well-known texts use, by region: the seed documents' templates name them or find them. */
export const wellKnownIds: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "us-east-1": {
    "ami-fce3c696": "ubuntu/images/hvm-ssd/ubuntu-xenial-16.04-amd64-server-20211001",
    "ami-cd0f5cb6": "ubuntu/images/hvm-ssd/ubuntu-xenial-16.04-amd64-server-20170811",
    "ami-013e197b": "Windows_Server-2012-R2_RTM-English-64Bit-Base-2023.10.11",
  },
  "us-east-2": { "ami-0c55b159cbfafe1f0": "ubuntu/images/hvm-ssd/ubuntu-bionic-18.04-amd64-server-20230607" },
  "us-west-2": { "ami-0c55b159cbfafe1f0": "ubuntu/images/hvm-ssd/ubuntu-bionic-18.04-amd64-server-20230607" },
};
