import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Finished, KilnBed, root } from "../kiln.ts";

/** The Windows half of `build-an-image.md`, as printed; then what else Windows builds do, seen in a machine of the image. */
let bed: KilnBed;
beforeAll(() => {
  bed = new KilnBed();
});
afterAll(() => bed[Symbol.dispose]());

const credentials = { AWS_ACCESS_KEY_ID: "MYACCESSKEYID", AWS_SECRET_ACCESS_KEY: "MYSECRETACCESSKEY" };

function folder(name: string): string {
  const cwd = join(bed.folder, name);
  mkdirSync(cwd, { recursive: true });
  cpSync(join(root, "examples/windows"), cwd, { recursive: true });
  return cwd;
}
const rehearse = (cwd: string, template: string): Promise<Finished> =>
  bed.run(["rehearse", "-color=false", template], { cwd, env: credentials });

function normalised(text: string): readonly string[] {
  return text
    .replaceAll(/packer_[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "packer_UUID")
    .replaceAll(/\bami-[0-9a-f]{8,17}\b/g, "AMI")
    .replaceAll(/\bi-[0-9a-f]{17}\b/g, "INSTANCE")
    .replaceAll(/\b1\d{9}\b/g, "TIME")
    .replaceAll(/\bWIN-[0-9A-Z]{11}\b/g, "HOST")
    .replaceAll(/\/\S*packer-powershell-provisioner\d+/g, "PATH")
    .replaceAll(/after (?:\d+ \w+ ?)+/g, "after DURATION")
    .split("\n")
    .filter((line) => !line.startsWith("Note: ") && line !== "");
}

/** The listing of the document, with what changes from run to run named. */
const listing = `==> amazon-ebs: Prevalidating AMI Name: packer-demo-TIME
    amazon-ebs: Found Image ID: AMI
==> amazon-ebs: Creating temporary keypair: packer_UUID
==> amazon-ebs: Creating temporary security group for this instance: packer_UUID
==> amazon-ebs: Authorizing access to port 5985 from 0.0.0.0/0 in the temporary security group...
==> amazon-ebs: Launching a source AWS instance...
==> amazon-ebs: Adding tags to source instance
    amazon-ebs: Adding tag: "Name": "Packer Builder"
    amazon-ebs: Instance ID: INSTANCE
==> amazon-ebs: Waiting for instance (INSTANCE) to become ready...
==> amazon-ebs: Skipping waiting for password since WinRM password set...
==> amazon-ebs: Waiting for WinRM to become available...
    amazon-ebs: WinRM connected.
==> amazon-ebs: Connected to WinRM!
==> amazon-ebs: Provisioning with Powershell...
==> amazon-ebs: Provisioning with powershell script: PATH
    amazon-ebs: HELLO NEW USER; WELCOME TO PACKER
    amazon-ebs: You need to use backtick escapes when using
    amazon-ebs: characters such as DOLLAR$ directly in a command
    amazon-ebs: or in your own scripts.
==> amazon-ebs: Restarting Machine
==> amazon-ebs: Waiting for machine to restart...
    amazon-ebs: HOST restarted.
==> amazon-ebs: Machine successfully restarted, moving on
==> amazon-ebs: Provisioning with Powershell...
==> amazon-ebs: Provisioning with powershell script: ./sample_script.ps1
    amazon-ebs: PACKER_BUILD_NAME is an env var Packer automatically sets for you.
    amazon-ebs: ...or you can set it in your builder variables.
    amazon-ebs: The default for this builder is: amazon-ebs
    amazon-ebs: The PowerShell provisioner will automatically escape characters
    amazon-ebs: considered special to PowerShell when it encounters them in
    amazon-ebs: your environment variables or in the PowerShell elevated
    amazon-ebs: username/password fields.
    amazon-ebs: For example, VAR1 from our config is: A$Dollar
    amazon-ebs: Likewise, VAR2 is: A\`Backtick
    amazon-ebs: VAR3 is: A'SingleQuote
    amazon-ebs: Finally, VAR4 is: A"DoubleQuote
    amazon-ebs: None of the special characters needed escaping in the template
==> amazon-ebs: Stopping the source instance...
    amazon-ebs: Stopping instance, attempt 1
==> amazon-ebs: Waiting for the instance to stop...
==> amazon-ebs: Creating the AMI: packer-demo-TIME
    amazon-ebs: AMI: AMI
==> amazon-ebs: Waiting for AMI to become ready...
==> amazon-ebs: Terminating the source AWS instance...
==> amazon-ebs: Cleaning up any extra volumes...
==> amazon-ebs: No volumes to clean up, skipping
==> amazon-ebs: Deleting temporary security group...
==> amazon-ebs: Deleting temporary keypair...
Build 'amazon-ebs' finished after DURATION.
==> Wait completed after DURATION
==> Builds finished. The artifacts of successful builds are:
--> amazon-ebs: AMIs were created:
us-east-1: AMI`.split("\n");

describe("the Windows example", () => {
  it("builds firstrun.json, line by line", async () => {
    const built = await rehearse(folder("firstrun"), "firstrun.json");
    expect(built.code, built.stdout).toBe(0);
    expect(normalised(built.stdout)).toEqual(listing);
  });

  it("keeps in the image what was sent, set and renamed; an elevated user, and a password of the machine's own", async () => {
    const cwd = folder("more");
    writeFileSync(join(cwd, "welcome.txt"), "WELCOME TO PACKER!\r\n");
    const template = {
      builders: [
        {
          type: "amazon-ebs",
          region: "us-east-1",
          instance_type: "t2.micro",
          source_ami_filter: {
            filters: { name: "*Windows_Server-2016-English-Full-Base*" },
            most_recent: true,
            owners: "amazon",
          },
          ami_name: "windows-more",
          user_data:
            "<powershell>\nwinrm quickconfig -q\nwinrm set winrm/config/service '@{AllowUnencrypted=\"true\"}'\nwinrm set winrm/config/service/auth '@{Basic=\"true\"}'\n</powershell>",
          communicator: "winrm",
          winrm_username: "Administrator",
        },
      ],
      provisioners: [
        { type: "file", source: "welcome.txt", destination: "C:/Users/Public/welcome.txt" },
        {
          type: "powershell",
          inline: [
            "[Environment]::SetEnvironmentVariable('MADE_BY', 'kiln', 'Machine')",
            "New-Item -Path HKLM:\\SOFTWARE\\Kiln -Force | Out-Null",
            "Set-ItemProperty -Path HKLM:\\SOFTWARE\\Kiln -Name Answer -Value 42",
            "Rename-Computer -NewName KILN-BOX -Force",
          ],
        },
        { type: "windows-restart" },
        { type: "windows-shell", inline: ["@echo off", "echo host %COMPUTERNAME% made by %MADE_BY%"] },
        { type: "powershell", elevated_user: "SYSTEM", elevated_password: "", inline: ['Write-Host "I am $(whoami)"'] },
      ],
    };
    writeFileSync(join(cwd, "more.json"), JSON.stringify(template));
    const built = await rehearse(cwd, "more.json");
    expect(built.code, built.stdout).toBe(0);
    expect(built.stdout).toContain("Waiting for auto-generated password for instance...");
    expect(built.stdout).toContain("    amazon-ebs: KILN-BOX restarted.");
    expect(built.stdout).toContain("    amazon-ebs: host KILN-BOX made by kiln");
    expect(built.stdout).toContain("    amazon-ebs: I am nt authority\\system");

    const input =
      "hostname\nGet-Content C:\\Users\\Public\\welcome.txt\n$env:MADE_BY\n(Get-ItemProperty HKLM:\\SOFTWARE\\Kiln).Answer\n(Get-WmiObject Win32_OperatingSystem).Caption\nexit\n";
    const seen = await bed.run(["rehearse", "-shell", "windows-more"], { input });
    expect(seen.stdout.split("\r\n")).toEqual(
      expect.arrayContaining([
        "KILN-BOX",
        "WELCOME TO PACKER!",
        "kiln",
        "42",
        "Microsoft Windows Server 2016 Datacenter",
      ]),
    );
  });

  it("ends clearly where the script needs what the stand-in has not, and where the elevated user does not exist", async () => {
    const cwd = folder("wrong");
    const whole = JSON.parse(await (await import("node:fs/promises")).readFile(join(cwd, "firstrun.json"), "utf8"));
    whole.provisioners = [
      { type: "powershell", inline: ["try { Install-WindowsFeature Web-Server } catch { }", "Write-Host went-on"] },
    ];
    writeFileSync(join(cwd, "refused.json"), JSON.stringify(whole));
    whole.provisioners = [
      { type: "powershell", elevated_user: "nobody", elevated_password: "x", inline: ["Write-Host went-on"] },
    ];
    writeFileSync(join(cwd, "nobody.json"), JSON.stringify(whole));
    const bootstrap = join(cwd, "bootstrap_win.txt");
    writeFileSync(
      bootstrap,
      readFileSync(bootstrap, "utf8").replace("</powershell>", "msiexec /i x.msi\n</powershell>"),
    );
    const [refused, nobody] = [await rehearse(cwd, "refused.json"), await rehearse(cwd, "nobody.json")];
    expect(refused.code).toBe(1);
    expect(refused.stdout).toContain('this stand-in does not know the command "Install-WindowsFeature"');
    expect(nobody.code).toBe(1);
    expect(nobody.stdout).toContain("No mapping between account names and security IDs was done.");
    for (const built of [refused, nobody]) expect(built.stdout).not.toContain("went-on");
    expect(nobody.stdout).not.toContain("SuperS3cr3t!!!!");
    expect(nobody.stderr).toMatch(
      /local cloud: user data of i-\w+: <powershell> was given up: this stand-in does not know the command "msiexec"/,
    );
  });
});
