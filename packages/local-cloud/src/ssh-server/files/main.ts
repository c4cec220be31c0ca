/**
 * The program behind one SFTP or SCP session: a process of its own, so that it can become the user. It is started before it
 * is needed and waits for its first line, which says what to do; every byte after that is the protocol's.
 */
import { TreeView } from "../tree-view.ts";
import type { ScpOptions } from "./scp-options.ts";
import { scpSink } from "./scp-sink.ts";
import { scpSource } from "./scp-source.ts";
import { longestPacket, SftpSession } from "./sftp.ts";
import { Wire } from "./wire.ts";

/** The first line on standard input. */
export interface FileSessionOrder {
  /** The machine's root as this host sees it, e.g. `/proc/77/root`. */
  readonly root: string;
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  /** Where relative paths begin, inside the machine. */
  readonly home: string;
  readonly scp?: ScpOptions;
}

// The global `process` throughout: importing `node:process` opens its standard input, which then no longer waits.
const wire = new Wire();
const line = wire.line();
if (line !== undefined) process.exit(serve(JSON.parse(line) as FileSessionOrder));

function serve(order: FileSessionOrder): number {
  process.chdir(order.root);
  process.setgroups?.([...order.groups]);
  process.setgid?.(order.gid);
  process.setuid?.(order.uid);
  process.umask(0o022);
  const tree = new TreeView(".");
  if (!order.scp) return serveSftp(tree, order.home);
  const options = {
    ...order.scp,
    paths: order.scp.paths.map((path) => (path.startsWith("/") ? path : `${order.home}/${path}`)),
  };
  return options.direction === "sink" ? scpSink(wire, tree, options) : scpSource(wire, tree, options);
}

function serveSftp(tree: TreeView, home: string): number {
  const session = new SftpSession(tree, home);
  try {
    for (let head = wire.exactly(4); head; head = wire.exactly(4)) {
      const length = head.readUInt32BE();
      const body = length > 0 && length <= longestPacket ? wire.exactly(length) : undefined;
      if (!body) return 1;
      wire.send(session.answer(body));
    }
    return 0;
  } finally {
    session.end();
  }
}
