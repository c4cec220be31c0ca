import { parseBootCommand } from "@kiln/sdk";
import { FakeClock } from "@kiln/sdk/testing";
import { describe, expect, it } from "vitest";
import { FakeSocket, hostConnectedTo } from "../testing/fake-socket.ts";
import { answerChallenge } from "./challenge.ts";
import { keysymOf, needsShift } from "./keysyms.ts";
import { RfbClient } from "./rfb-client.ts";
import { typeBootCommand } from "./type-boot-command.ts";

const { signal } = new AbortController();
const to = { host: "127.0.0.1", port: 5901 };
const screen = [...Array.from({ length: 20 }, () => 0), 0, 0, 0, 4, 1, 2, 3, 4];
const latin = (text: string): number[] => [...text].map((c) => c.charCodeAt(0));
const reason = (text: string): number[] => [0, 0, 0, text.length, ...latin(text)];

describe("the answer to a challenge", () => {
  it("is what VNC servers expect", () => {
    // Computed with OpenSSL's des-ecb (legacy provider) for the bit-reversed password "secret12".
    const challenge = Uint8Array.from({ length: 16 }, (_, i) => i);
    expect(Buffer.from(answerChallenge(challenge, "secret12")).toString("hex")).toBe(
      "adcd997f8e16fee575e973f93c2b62b4",
    );
    expect(answerChallenge(challenge, "secret12-and-more")).toEqual(answerChallenge(challenge, "secret12"));
    expect(answerChallenge(challenge, "secret")).not.toEqual(answerChallenge(challenge, "secret12"));
  });
});

describe("shaking hands", () => {
  const connect = (socket: FakeSocket, password?: string): Promise<RfbClient> =>
    RfbClient.connect(hostConnectedTo(socket), to, password, signal);

  it("speaks 3.8 without authentication and sends keys", async () => {
    const socket = new FakeSocket([latin("RFB 003.008\n"), [2, 2, 1], [0, 0, 0, 0], screen]);
    await using client = await connect(socket);
    await client.key(0xff0d, true);
    expect(socket.sentText()).toBe("RFB 003.008\n\u0001\u0001\u0004\u0001\0\0\0\0\u00ff\r");
  });
  it("answers a challenge", async () => {
    const challenge = Array.from({ length: 16 }, (_, i) => i * 3);
    const socket = new FakeSocket([latin("RFB 003.008\n"), [1, 2], challenge, [0, 0, 0, 0], screen]);
    await using _ = await connect(socket, "pw");
    expect(socket.sent().slice(13, 29)).toEqual([...answerChallenge(Uint8Array.from(challenge), "pw")]);
  });
  it("speaks 3.3 and 3.7, whose servers say less", async () => {
    await using _ = await connect(new FakeSocket([latin("RFB 003.003\n"), [0, 0, 0, 1], screen]));
    await using __ = await connect(new FakeSocket([latin("RFB 003.007\n"), [1, 1], screen]));
  });
  it("takes the server's bytes in any pieces", async () => {
    const all = [...latin("RFB 003.008\n"), 1, 1, 0, 0, 0, 0, ...screen];
    await using _ = await connect(new FakeSocket(all.map((byte) => [byte])));
  });
  it.each<[string, number[][], string]>([
    ["no RFB", [latin("SSH-2.0-abc\n")], 'the server does not speak RFB: "SSH-2.0-abc\\n"'],
    ["refused", [latin("RFB 003.008\n"), [0], reason("busy")], "the server refused: busy"],
    ["unknown security", [latin("RFB 003.008\n"), [1, 19]], "security type 19"],
    ["no password", [latin("RFB 003.008\n"), [1, 2]], "the server wants a password: set vnc_password"],
    ["cut off", [latin("RFB 003")], "the connection ended after 7 of 12 bytes"],
  ])("says what failed: %s", async (_, bytes, message) => {
    await expect(connect(new FakeSocket(bytes))).rejects.toThrow(`Error connecting to VNC: `);
    await expect(connect(new FakeSocket(bytes))).rejects.toThrow(message);
  });
  it("tells a wrong password", async () => {
    const bytes = [latin("RFB 003.008\n"), [1, 2], Array.from({ length: 16 }, () => 7), [0, 0, 0, 1], reason("wrong")];
    await expect(connect(new FakeSocket(bytes), "bad")).rejects.toThrow("the server refused the login: wrong");
  });
});

describe("typing", () => {
  it("sends down and up with pauses, shift around capitals, and holds keys", async () => {
    const clock = new FakeClock();
    const events: string[] = [];
    const keyboard = {
      key: async (k: number, down: boolean) => void events.push(`${k.toString(16)}${down ? "+" : "-"}`),
    };
    const { steps } = parseBootCommand("aB<leftCtrlOn>:<leftCtrlOff><enter><wait2><xOn>");
    const before = clock.monotonic();
    await typeBootCommand(steps, keyboard, { clock, signal, keyInterval: 100, groupInterval: 5 });
    expect(events.join(" ")).toBe("61+ 61- ffe1+ 42+ 42- ffe1- ffe3+ ffe1+ 3a+ 3a- ffe1- ffe3- ff0d+ ff0d- 78+");
    expect(clock.monotonic() - before).toBe(15 * 100 + 7 * 5 + 2000);
  });
  it("knows which characters need shift", () => {
    for (const char of '~!@#$%^&*()_+{}|:"<>?AZÄ') expect(needsShift(char), char).toBe(true);
    for (const char of "`1234567890-=[]\\;',./az ß") expect(needsShift(char), char).toBe(false);
  });
  it("sends a character's code point, so that a heredoc's line breaks and tabs press no key", () => {
    expect(["a", "é", "€", "\n", "\t"].map(keysymOf)).toEqual([0x61, 0xe9, 0x20ac, 0x0a, 0x09]);
  });
});
