import type { PrepareContext } from "../component.ts";
import { caution, type Diagnostic, problem } from "../diagnostics.ts";
import type { HttpConfig } from "../options/http.ts";

const protocols = ["tcp", "tcp4", "tcp6"];

/** What is wrong with the options of the HTTP server. */
export async function checkHttp(config: HttpConfig, ctx: PrepareContext): Promise<readonly Diagnostic[]> {
  const found: Diagnostic[] = [];
  const complain = (option: string, code: Diagnostic["code"], summary: string, detail?: string): void =>
    void found.push(problem(code, summary, { subject: ctx.at(option), detail }));
  const { http_port_min: low, http_port_max: high } = config;
  if (low > high) complain("http_port_min", "http/port-range", "http_port_min must be less than http_port_max");
  for (const [option, port] of [["http_port_min", low] as const, ["http_port_max", high] as const])
    if (!Number.isInteger(port) || port < 0 || port > 65535)
      complain(option, "http/port", `${option} is not a port: ${port}`, "Ports are whole numbers from 0 to 65535.");
  if (!protocols.includes(config.http_network_protocol))
    complain(
      "http_network_protocol",
      "http/protocol",
      `Cannot serve HTTP over "${config.http_network_protocol}"`,
      `Use one of ${protocols.join(", ")}.`,
    );
  if (config.http_directory && Object.keys(config.http_content ?? {}).length > 0)
    complain(
      "http_content",
      "http/both",
      "http_content cannot be used in conjunction with http_dir. Consider using the file function to load file in memory and serve them with http_content: https://www.packer.io/docs/templates/hcl_templates/functions/file/file",
    );
  if (config.http_directory) {
    const stat = await ctx.files.stat(config.http_directory);
    // Packer serves what is not there too, and every request gets 404: worth saying, not worth refusing an old template.
    if (stat?.kind !== "directory")
      found.push(
        caution(
          "http/no-directory",
          `http_directory is ${stat ? "not a directory" : "not there"}: ${config.http_directory}`,
          { subject: ctx.at("http_directory"), detail: "The path is relative to the working directory." },
        ),
      );
  }
  return found;
}
