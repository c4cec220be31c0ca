import { rubyText } from "../staging.ts";

/** What `client.rb` is made of; also what a template's own `config_template` may use. */
export interface ClientData {
  readonly NodeName: string;
  readonly ServerUrl: string;
  readonly ClientKey: string;
  readonly ValidationKeyPath: string;
  readonly ValidationClientName: string;
  readonly ChefEnvironment: string;
  readonly ChefLicense: string;
  readonly PolicyGroup: string;
  readonly PolicyName: string;
  readonly SslVerifyMode: string;
  readonly TrustedCertsDir: string;
  readonly EncryptedDataBagSecretPath: string;
  readonly RubygemsUrl: string;
}

/** The usual configuration of chef-client. */
export function clientRb(data: ClientData): string {
  const line = (name: string, value: string): string => (value === "" ? "" : `${name} ${rubyText(value)}`);
  return [
    "log_level :info",
    "log_location STDOUT",
    line("chef_server_url", data.ServerUrl),
    line("client_key", data.ClientKey),
    line("chef_license", data.ChefLicense),
    line("encrypted_data_bag_secret", data.EncryptedDataBagSecretPath),
    line("validation_client_name", data.ValidationClientName || "chef-validator"),
    line("validation_key", data.ValidationKeyPath),
    line("node_name", data.NodeName),
    line("environment", data.ChefEnvironment),
    line("policy_group", data.PolicyGroup),
    line("policy_name", data.PolicyName),
    data.SslVerifyMode === "" ? "" : `ssl_verify_mode :${data.SslVerifyMode.replace(/^:/, "")}`,
    line("trusted_certs_dir", data.TrustedCertsDir),
    line("rubygems_url", data.RubygemsUrl),
  ]
    .filter((text) => text !== "")
    .map((text) => `${text}\n`)
    .join("");
}

/** What knife needs to speak for the node. */
export function knifeRb({
  NodeName,
  ServerUrl,
  ClientKey,
  SslVerifyMode,
  TrustedCertsDir,
}: Pick<ClientData, "NodeName" | "ServerUrl" | "ClientKey" | "SslVerifyMode" | "TrustedCertsDir">): string {
  return [
    "log_level :info",
    "log_location STDOUT",
    `chef_server_url ${rubyText(ServerUrl)}`,
    `client_key ${rubyText(ClientKey)}`,
    `node_name ${rubyText(NodeName)}`,
    ...(SslVerifyMode === "" ? [] : [`ssl_verify_mode :${SslVerifyMode.replace(/^:/, "")}`]),
    ...(TrustedCertsDir === "" ? [] : [`trusted_certs_dir ${rubyText(TrustedCertsDir)}`]),
    "",
  ].join("\n");
}
