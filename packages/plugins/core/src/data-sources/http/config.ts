import { type ConfigOf, map, ofText, text } from "@kiln/sdk";

/** The request methods that may be used. Source: Packer's reference. */
export const methods = ["HEAD", "GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"] as const;

/** Options of the http data source. Source: Packer's reference. */
export const config = {
  url: text({ doc: "URL to request." }),
  method: text({ doc: "Request method.", fallback: "GET", choices: methods }),
  request_headers: map(ofText, { doc: "Headers to send." }),
  request_body: text({ doc: "Body to send." }),
} as const;
export type Config = ConfigOf<typeof config>;

/** What the http data source gives. */
export const outputs = {
  url: text({ doc: "The URL that was requested." }),
  body: text({ doc: "Body of the response, as text." }),
  request_headers: map(ofText, { doc: "Headers of the response; a repeated one's values are joined." }),
} as const;
