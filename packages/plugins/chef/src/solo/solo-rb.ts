import { rubyText } from "../staging.ts";

/** What `solo.rb` is made of; also what a template's own `config_template` may use. */
export interface SoloData {
  /** Ruby strings, separated by commas. */
  readonly CookbookPaths: string;
  readonly RolesPath: string;
  readonly DataBagsPath: string;
  readonly EncryptedDataBagSecretPath: string;
  readonly EnvironmentsPath: string;
  readonly ChefEnvironment: string;
  readonly ChefLicense: string;
  readonly HasRolesPath: boolean;
  readonly HasDataBagsPath: boolean;
  readonly HasEncryptedDataBagSecretPath: boolean;
  readonly HasEnvironmentsPath: boolean;
}

/** The usual configuration of chef-solo. */
export function soloRb(data: SoloData): string {
  const line = (name: string, value: string): string => (value === "" ? "" : `${name} ${rubyText(value)}`);
  return [
    `cookbook_path [${data.CookbookPaths}]`,
    line("chef_license", data.ChefLicense),
    line("role_path", data.RolesPath),
    line("data_bag_path", data.DataBagsPath),
    line("encrypted_data_bag_secret", data.EncryptedDataBagSecretPath),
    line("environment_path", data.EnvironmentsPath),
    line("environment", data.ChefEnvironment),
  ]
    .filter((text) => text !== "")
    .map((text) => `${text}\n`)
    .join("");
}
