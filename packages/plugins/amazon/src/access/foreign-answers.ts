/** What answers at the endpoint is no service of AWS's kind: a web page, a proxy, another API. */
export class ForeignAnswer extends Error {
  static {
    this.prototype.name = "ForeignAnswer";
  }
  readonly code = "amazon/foreign-answer";
  /** Where the SDK looks for the status, to decide whether to try again. */
  readonly $metadata: { readonly httpStatusCode: number };

  constructor(sent: Request, received: Response, text: string, cause?: unknown) {
    const url = `${sent.protocol}//${sent.hostname}${sent.port === undefined ? "" : `:${sent.port}`}${sent.path}`;
    const { statusCode, headers } = received;
    const type = headers["content-type"]?.split(";")[0];
    const [start = ""] = text.trim().split("\n");
    const what = [
      `HTTP ${statusCode}`,
      ...(type === undefined ? [] : [type]),
      ...(start === "" ? ["nothing that AWS says"] : [`"${start.slice(0, 100)}"`]),
    ];
    super(
      `${url} does not answer as AWS does; it says ${what.join(", ")}. Check the endpoint (custom_endpoint_ec2, AWS_ENDPOINT_URL, endpoint_url in the profile) and the proxy settings.`,
      { cause },
    );
    this.$metadata = { httpStatusCode: statusCode };
  }
}

interface Request {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
}
interface Response {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
}
type Send = (args: { readonly request: unknown }) => Promise<{ readonly response: unknown; readonly output: object }>;
interface Stack {
  add(
    middleware: (next: Send) => Send,
    options: { readonly step: "deserialize"; readonly name: string; readonly priority: "high" },
  ): void;
}

/** Makes a client say whose answer it could not read, instead of what the SDK says of its parser. */
export function explainForeignAnswers<C extends { readonly middlewareStack: unknown }>(client: C): C {
  (client.middlewareStack as Stack).add(
    (next) => async (args) => {
      const sent = args.request as Request;
      try {
        const { response, output, ...rest } = await next(args);
        if (saysNothing(response as Response, output)) throw new ForeignAnswer(sent, response as Response, "");
        return { response, output, ...rest };
      } catch (thrown) {
        const received = thrown instanceof Error ? unread(thrown) : undefined;
        if (!received || thrown instanceof ForeignAnswer) throw thrown;
        throw new ForeignAnswer(sent, received, textOf(thrown), thrown);
      }
    },
    { step: "deserialize", name: "explainForeignAnswers", priority: "high" },
  );
  return client;
}

/** A web page that happens to be XML, taken for an answer without members. AWS gives every answer a number. */
function saysNothing({ headers }: Response, output: object): boolean {
  const isPage = /^(?:text\/html|application\/json)/.test(headers["content-type"] ?? "");
  const isNumbered = "x-amzn-requestid" in headers || "x-amz-request-id" in headers;
  return isPage && !isNumbered && Object.keys(output).every((name) => name === "$metadata");
}

/** The response behind an error that is about reading it, or that has neither code nor message of AWS's. */
function unread(thrown: Error): Response | undefined {
  if (!("$response" in thrown) || typeof thrown.$response !== "object" || thrown.$response === null) return undefined;
  const received = thrown.$response as Response;
  const isParser = thrown.message.includes("Deserialization error");
  const isBare = thrown.message === "Unknown" || thrown.message === "UnknownError";
  return isParser || isBare ? received : undefined;
}

function textOf(thrown: unknown): string {
  const { $responseBodyText: text } = thrown as { readonly $responseBodyText?: unknown };
  return typeof text === "string" ? text : "";
}
