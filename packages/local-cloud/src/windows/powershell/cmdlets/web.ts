import { request } from "node:http";
import { Refusal } from "../../system/refusal.ts";
import { parentOf } from "../../system/windows-path.ts";
import { Hashtable, PsObject } from "../values/collections.ts";
import { text } from "../values/convert.ts";
import { type Call, type Cmdlet, flag, takes } from "./cmdlet.ts";

/** The one thing on the network that a stand-in asks: the instance's own metadata. */
const metadataHosts = new Set(["169.254.169.254", "instance-data"]);

/** The address, `http` where it names no scheme. */
function addressOf(call: Call): URL {
  const given = call.required("Uri");
  const url = URL.parse(/^[a-z][a-z\d+.-]*:/i.test(given) ? given : `http://${given}`);
  if (url) return url;
  throw call.failure(
    "System.UriFormatException",
    "Invalid URI: The hostname could not be parsed.",
    "NotSpecified",
    given,
    "System.UriFormatException",
  );
}

async function ask(call: Call): Promise<{ readonly status: number; readonly body: Buffer }> {
  const url = addressOf(call);
  if (!metadataHosts.has(url.hostname))
    throw new Refusal(`downloads (${url.href}): it reaches the metadata service and nothing else`);
  const given = call.value("Headers");
  const headers =
    given instanceof Hashtable
      ? Object.fromEntries(given.entries().map(([name, value]) => [text(name), text(value)]))
      : {};
  return (await new Promise((resolve, reject) => {
    const sent = request(
      url,
      { method: call.text("Method") ?? "GET", headers, signal: call.process.signal, timeout: 5_000 },
      (answer) => {
        const pieces: Buffer[] = [];
        answer.on("data", (piece: Buffer) => pieces.push(piece));
        answer.once("error", reject);
        answer.once("end", () => resolve({ status: answer.statusCode ?? 500, body: Buffer.concat(pieces) }));
      },
    );
    sent.once("error", reject);
    sent.once("timeout", () => sent.destroy(new Error("The operation has timed out.")));
    sent.end();
  }).catch((error: unknown) => {
    throw call.failure(
      "WebCmdletWebResponseException",
      `Unable to connect to the remote server: ${error instanceof Error ? error.message : String(error)}`,
      "InvalidOperation",
      url.href,
      "System.Net.WebException",
    );
  })) as { readonly status: number; readonly body: Buffer };
}

const parameters = [
  takes("Uri", 0),
  takes("Method"),
  takes("Headers"),
  takes("OutFile"),
  takes("TimeoutSec"),
  flag("UseBasicParsing"),
];

function web(name: string, give: (call: Call, body: Buffer, status: number) => Promise<void>): Cmdlet {
  return {
    name,
    parameters,
    async process(call) {
      const { status, body } = await ask(call);
      if (status >= 400)
        throw call.failure(
          "WebCmdletWebResponseException",
          `The remote server returned an error: (${status}).`,
          "InvalidOperation",
          call.required("Uri"),
          "System.Net.WebException",
        );
      const file = call.text("OutFile");
      if (file === undefined) return give(call, body, status);
      const path = call.path(file);
      call.process.system.drive.makeFolder(parentOf(path));
      call.process.system.drive.write(path, body);
    },
  };
}

/** Cmdlets that ask the network, of which there is nothing but the metadata service. */
export const webCmdlets: readonly Cmdlet[] = [
  web("Invoke-WebRequest", (call, body, status) =>
    call.emit(
      new PsObject(
        [
          ["StatusCode", status],
          ["StatusDescription", "OK"],
          ["Content", body.toString()],
        ],
        "Microsoft.PowerShell.Commands.WebResponseObject",
      ),
    ),
  ),
  web("Invoke-RestMethod", (call, body) => call.emit(body.toString())),
];
