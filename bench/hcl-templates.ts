/** An HCL2 template of so many sources, each with four provisioners in a build of its own; about 80 lines a source. */
export function manyBuilds(count: number): string {
  const parts = ['variable "region" {\n  type    = string\n  default = "eu-west-1"\n}\n', localsOf(count)];
  for (let i = 0; i < count; i++) parts.push(source(i), build(i));
  return parts.join("\n");
}

function localsOf(count: number): string {
  const lines = Array.from({ length: count }, (_, i) => `  name_${i} = "machine-${i}-\${var.region}"\n`);
  return `locals {\n${lines.join("")}}\n`;
}

function source(i: number): string {
  return `source "null" "machine_${i}" {
  # Nothing to connect to.
  communicator   = "none"
  ssh_host       = "10.0.0.${i % 250}"
  ssh_username   = "admin"
  ssh_timeout    = "10m"
  ssh_port       = 22
  ssh_pty        = false
}
`;
}

function build(i: number): string {
  const provisioner = (step: number): string => `  provisioner "shell-local" {
    environment_vars = [
      "NAME=\${local.name_${i}}",
      "STEP=${step}",
    ]
    inline = [
      "echo starting \${upper(local.name_${i})}",
      "echo \${format("%03d", ${step})} of \${source.name}",
      "echo \${join(",", [for n in range(3) : "item-\${n}"])}",
    ]
    pause_before = "1s"
    max_retries  = 2
  }
`;
  return `build {
  name        = "build_${i}"
  description = "Machine number ${i}."
  sources     = ["source.null.machine_${i}"]

${[1, 2, 3, 4].map(provisioner).join("\n")}}
`;
}

/** The same of at least so many bytes. */
export function ofSize(bytes: number): string {
  const one = manyBuilds(1).length;
  return manyBuilds(Math.ceil(bytes / one));
}
