import type { ConfigOf } from "../schema.ts";
import { map, num, ofText, text } from "../schema.ts";

/** The HTTP server that an installer fetches its answers from. Spread it into a schema. Source: Packer plugin SDK. */
export const httpOptions = {
  http_directory: text({ doc: "Directory to serve over HTTP while the machine is built." }),
  http_content: map(ofText, { doc: "Files to serve over HTTP: path to text; instead of http_directory." }),
  http_port_min: num({ doc: "Lowest port that the HTTP server may take.", fallback: 8000 }),
  http_port_max: num({ doc: "Highest port that the HTTP server may take.", fallback: 9000 }),
  http_bind_address: text({ doc: "Address that the HTTP server listens on.", fallback: "0.0.0.0" }),
  http_interface: text({ doc: "Network interface whose address the machine reaches the HTTP server at." }),
  http_network_protocol: text({
    doc: "`tcp`, `tcp4` or `tcp6`.",
    fallback: "tcp",
    choices: ["tcp", "tcp4", "tcp6"],
  }),
} as const;
export type HttpConfig = ConfigOf<typeof httpOptions>;
