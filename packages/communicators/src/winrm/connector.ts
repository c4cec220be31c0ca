import type { Connector } from "@kiln/sdk";
import { checkWinrm } from "./check.ts";
import { connectWinrm } from "./client/connect.ts";

/** WinRM: Packer's options over WS-Management, with basic authentication or NTLM. */
export const winrmConnector: Connector = {
  check: checkWinrm,
  connect: connectWinrm,
};
