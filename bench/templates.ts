/** The templates that are measured. */
export const nullTemplate = {
  builders: [{ type: "null", communicator: "none" }],
  provisioners: [{ type: "shell-local", inline: ["echo hello"] }],
};

/** An amazon-ebs template with 20 options, 10 provisioners and a post-processor. */
export const ebsTemplate = {
  variables: { aws_region: "eu-west-1", name: "web", version: "1.2.3" },
  builders: [
    {
      type: "amazon-ebs",
      access_key: "AKIAXXXXXXXXXXXXXXXX",
      secret_key: "xxxxxxxxxxxxxxxxxxxx",
      region: "{{user `aws_region`}}",
      source_ami: "ami-0123456789abcdef0",
      instance_type: "t3.small",
      ssh_username: "admin",
      ami_name: "{{user `name`}}-{{user `version`}}-{{timestamp}}",
      ami_description: "d",
      ami_regions: ["eu-west-2", "eu-central-1"],
      associate_public_ip_address: true,
      ebs_optimized: true,
      ena_support: true,
      encrypt_boot: false,
      force_deregister: true,
      iam_instance_profile: "p",
      skip_region_validation: true,
      shutdown_behavior: "terminate",
      ssh_timeout: "10m",
      subnet_id: "subnet-1",
      vpc_id: "vpc-1",
      tags: { Name: "{{user `name`}}", Base: "{{ .SourceAMI }}" },
      run_tags: { a: "b" },
      launch_block_device_mappings: [
        { device_name: "/dev/sda1", volume_size: 20, volume_type: "gp2", delete_on_termination: true },
      ],
    },
  ],
  provisioners: [
    ...Array.from({ length: 8 }, (_, i) => ({ type: "shell", inline: [`echo ${i}`], environment_vars: [`A=${i}`] })),
    { type: "file", source: "/etc/hostname", destination: "/tmp/h" },
    { type: "shell-local", inline: ["true"] },
  ],
  "post-processors": [{ type: "manifest", output: "m.json" }],
};

export function manyNulls(count: number): unknown {
  return {
    builders: Array.from({ length: count }, (_, i) => ({
      type: "null",
      name: `n${String(i).padStart(3, "0")}`,
      communicator: "none",
    })),
    provisioners: [{ type: "shell-local", inline: ["echo hello"] }],
  };
}

export interface SshTarget {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly key: string;
}

export function overSsh(target: SshTarget, provisioners: readonly unknown[], method = "scp"): unknown {
  return {
    builders: [
      {
        type: "null",
        ssh_host: target.host,
        ssh_port: target.port,
        ssh_username: target.user,
        ssh_private_key_file: target.key,
        ssh_disable_agent_forwarding: true,
        ssh_file_transfer_method: method,
      },
    ],
    provisioners,
  };
}

/** Copies a file and runs one post-processor on it: what both sides do besides is the same. */
export function postProcessed(source: string, target: string, postProcessor: unknown): unknown {
  return { builders: [{ type: "file", source, target }], "post-processors": [postProcessor] };
}
