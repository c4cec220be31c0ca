/** A version of Windows that a machine says it is. */
export interface WindowsVersion {
  /** `2012-R2`, as image names have it. */
  readonly key: string;
  readonly caption: string;
  /** `6.3.9600` */
  readonly number: string;
  /** How computers are named until someone renames them. */
  readonly namePrefix: "WIN-" | "EC2AMAZ-";
  readonly powershell: string;
}

const versions: readonly WindowsVersion[] = [
  version("2008-SP2", "Microsoft\u00ae Windows Server\u00ae 2008 Datacenter", "6.0.6003", "WIN-", "3.0"),
  version("2008-R2", "Microsoft Windows Server 2008 R2 Datacenter", "6.1.7601", "WIN-", "5.1.14409.1018"),
  version("2012-R2", "Microsoft Windows Server 2012 R2 Standard", "6.3.9600", "WIN-", "5.1.14409.1018"),
  version("2012", "Microsoft Windows Server 2012 Standard", "6.2.9200", "WIN-", "5.1.14409.1018"),
  version("2016", "Microsoft Windows Server 2016 Datacenter", "10.0.14393", "EC2AMAZ-", "5.1.14393.7962"),
  version("2019", "Microsoft Windows Server 2019 Datacenter", "10.0.17763", "EC2AMAZ-", "5.1.17763.7434"),
  version("2022", "Microsoft Windows Server 2022 Datacenter", "10.0.20348", "EC2AMAZ-", "5.1.20348.3804"),
  version("2025", "Microsoft Windows Server 2025 Datacenter", "10.0.26100", "EC2AMAZ-", "5.1.26100.4202"),
];

function version(
  key: string,
  caption: string,
  number: string,
  namePrefix: WindowsVersion["namePrefix"],
  powershell: string,
): WindowsVersion {
  return { key, caption, number, namePrefix, powershell };
}

/** The version that an image's name speaks of; 2012 R2 where it says nothing. */
export function windowsVersion(text: string): WindowsVersion {
  const plain = text.replaceAll(/[_ ]/g, "-");
  const found = versions.find(({ key }) => plain.includes(key));
  return found ?? versions.find(({ key }) => key === "2012-R2") ?? version("2012-R2", "", "6.3.9600", "WIN-", "5.1");
}
