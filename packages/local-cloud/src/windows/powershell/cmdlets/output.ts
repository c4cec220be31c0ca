import { Refusal } from "../../system/refusal.ts";
import { encodePage, fileEncoding } from "../../system/text-encodings.ts";
import { HostText, MessageRecord } from "../run/engine.ts";
import { formatList, formatTable } from "../run/format.ts";
import { listOf, text } from "../values/convert.ts";
import { ErrorRecord, NetException, TerminatingError } from "../values/errors.ts";
import { NetObject, type Value } from "../values/value.ts";
import { type Call, type Cmdlet, flag, takes } from "./cmdlet.ts";

const each = (value: Value): readonly Value[] => listOf(value) ?? [value];

function message(name: string, prefix: MessageRecord["prefix"], stream: 3 | 4 | 5, preference: string): Cmdlet {
  return {
    name,
    parameters: [takes("Message", 0, "value", "Msg")],
    async process(call) {
      const action = prefix === "WARNING" ? call.text("WarningAction") : undefined;
      const wanted = (action ?? text(call.engine.variable(preference, call.frame))).toLowerCase();
      const asked = (prefix === "VERBOSE" && call.flag("Verbose")) || (prefix === "DEBUG" && call.flag("Debug"));
      const said = call.text("Message") ?? "";
      if (wanted === "stop") throw call.failure("ActionPreferenceStop", said, "OperationStopped");
      if (asked || (wanted !== "silentlycontinue" && wanted !== "ignore"))
        await call.frame.streams[stream](new MessageRecord(prefix, said));
    },
  };
}

async function writeError(call: Call): Promise<void> {
  const given = call.value("ErrorRecord");
  const thrown = call.value("Exception");
  if (given instanceof ErrorRecord) return call.reportRecord(given);
  const said = call.text("Message") ?? (thrown instanceof NetException ? thrown.message : "");
  const exception =
    thrown instanceof NetException
      ? thrown
      : new NetException("Microsoft.PowerShell.Commands.WriteErrorException", said);
  const category = call.text("Category") ?? "NotSpecified";
  const record = new ErrorRecord({
    exception,
    id: call.text("ErrorId") ?? "Microsoft.PowerShell.Commands.WriteErrorException",
    category: `${category}: (:) [Write-Error]`,
    activity: "Write-Error",
    ...(call.value("TargetObject") !== undefined && { target: call.value("TargetObject") ?? null }),
  });
  await call.reportRecord(record);
}

/** Formats everything at the end: tables and lists need to know all of it. */
function formatter(
  name: string,
  format: (rows: readonly NetObject[], columns: readonly string[]) => readonly string[],
): Cmdlet {
  return {
    name,
    parameters: [
      takes("Property", 0),
      takes("InputObject", undefined, "value"),
      flag("AutoSize"),
      flag("Wrap"),
      flag("HideTableHeaders"),
      flag("Force"),
    ],
    process(call) {
      const item = call.value("InputObject");
      if (item !== undefined) call.kept.list.push(...each(item));
    },
    async end(call) {
      const rows = call.kept.list.filter((item) => item instanceof NetObject);
      if (rows.length < call.kept.list.length) {
        for (const item of call.kept.list) await call.emit(text(item));
        return;
      }
      const asked = call.texts("Property").filter((one) => one !== "*");
      const columns = asked.length > 0 ? asked : [...(rows[0]?.properties() ?? [])];
      let lines = rows.length === 0 ? [] : [...format(rows, columns)];
      if (call.flag("HideTableHeaders")) lines = [lines[0] ?? "", ...lines.slice(3)];
      for (const line of lines) await call.emit(line);
    },
  };
}

/** Cmdlets that say something. */
export const outputCmdlets: readonly Cmdlet[] = [
  {
    name: "Write-Output",
    parameters: [takes("InputObject", 0, "value"), flag("NoEnumerate"), takes("Rest")],
    async process(call) {
      const value = call.has("Rest")
        ? [call.value("InputObject") ?? null, ...call.list("Rest")]
        : (call.value("InputObject") ?? null);
      if (call.flag("NoEnumerate")) await call.emit(value);
      else if (call.has("InputObject")) for (const item of each(value)) await call.emit(item);
    },
  },
  {
    name: "Write-Host",
    parameters: [
      takes("Object", 0, "value", "Msg", "Message"),
      flag("NoNewline"),
      takes("Separator"),
      takes("ForegroundColor"),
      takes("BackgroundColor"),
      takes("Rest"),
    ],
    async process(call) {
      const separator = call.text("Separator") ?? " ";
      const values = [...(call.has("Object") ? [call.value("Object") ?? null] : []), ...call.list("Rest")];
      const said = values.map((value) => shown(value, separator)).join(separator);
      await call.frame.streams[6](new HostText(said, !call.flag("NoNewline")));
    },
  },
  message("Write-Warning", "WARNING", 3, "WarningPreference"),
  message("Write-Verbose", "VERBOSE", 4, "VerbosePreference"),
  message("Write-Debug", "DEBUG", 5, "DebugPreference"),
  {
    name: "Write-Information",
    parameters: [takes("MessageData", 0, "value", "Msg", "Message"), takes("Tags")],
    async process(call) {
      const wanted = (
        call.text("InformationAction") ?? text(call.engine.variable("InformationPreference", call.frame))
      ).toLowerCase();
      if (wanted === "continue") await call.frame.streams[6](new HostText(call.text("MessageData") ?? "", true));
    },
  },
  {
    name: "Write-Error",
    parameters: [
      takes("Message", 0, "value", "Msg"),
      takes("Exception"),
      takes("ErrorRecord"),
      takes("Category"),
      takes("ErrorId"),
      takes("TargetObject"),
      takes("RecommendedAction"),
    ],
    process: writeError,
  },
  {
    // Nobody looks at progress here.
    name: "Write-Progress",
    parameters: [
      takes("Activity", 0),
      takes("Status", 1),
      takes("Id", 2),
      takes("PercentComplete"),
      takes("CurrentOperation"),
      takes("SecondsRemaining"),
      takes("ParentId"),
      flag("Completed"),
    ],
  },
  { name: "Out-Null", parameters: [takes("InputObject", undefined, "value")] },
  {
    name: "Out-Host",
    parameters: [takes("InputObject", undefined, "value"), flag("Paging")],
    process(call) {
      if (call.item !== undefined) call.kept.list.push(call.item);
    },
    async end(call) {
      for (const line of call.engine.formatted(call.kept.list)) await call.frame.streams[6](new HostText(line, true));
    },
  },
  {
    name: "Out-Default",
    parameters: [takes("InputObject", undefined, "value")],
    async process(call) {
      if (call.item !== undefined) await call.engine.toHost(call.item);
    },
  },
  {
    name: "Out-String",
    parameters: [takes("InputObject", undefined, "value"), takes("Width"), flag("Stream")],
    process(call) {
      const item = call.value("InputObject");
      if (item !== undefined) call.kept.list.push(...each(item));
    },
    async end(call) {
      const lines = call.engine.formatted(call.kept.list);
      if (call.flag("Stream")) for (const line of lines) await call.emit(line);
      else await call.emit(lines.map((line) => `${line}\r\n`).join(""));
    },
  },
  {
    name: "Out-File",
    parameters: [
      takes("FilePath", 0, undefined, "Path", "PSPath", "LiteralPath"),
      takes("Encoding", 1),
      flag("Append"),
      flag("Force"),
      flag("NoClobber"),
      flag("NoNewline"),
      takes("Width"),
      takes("InputObject", undefined, "value"),
    ],
    process(call) {
      const item = call.value("InputObject");
      if (item !== undefined) call.kept.list.push(...each(item));
    },
    end(call) {
      const name = call.text("Encoding") ?? "unicode";
      const encoding = fileEncoding(name);
      if (!encoding) throw new Refusal(`the encoding ${name}`);
      const path = call.path(call.required("FilePath"));
      const { drive } = call.process.system;
      const ending = call.flag("NoNewline") ? "" : "\r\n";
      const bytes = encodePage(
        call.engine
          .formatted(call.kept.list)
          .map((line) => line + ending)
          .join(""),
        encoding.page,
      );
      const exists = drive.facts(path) !== undefined;
      if (exists && call.flag("NoClobber"))
        throw call.failure(
          "NoClobber",
          `The file '${path}' already exists.`,
          "ResourceExists",
          path,
          "System.IO.IOException",
        );
      if (exists && call.flag("Append")) drive.append(path, bytes);
      else drive.write(path, Buffer.concat([encoding.mark, bytes]));
    },
  },
  {
    name: "Tee-Object",
    parameters: [takes("FilePath", 0), takes("Variable"), flag("Append"), takes("InputObject", undefined, "value")],
    async process(call) {
      if (call.item === undefined) return;
      call.kept.list.push(call.item);
      await call.emit(call.item);
    },
    async end(call) {
      const variable = call.text("Variable");
      if (variable !== undefined) call.frame.scope.set(variable, [...call.kept.list]);
      const path = call.text("FilePath");
      if (path === undefined) return;
      const flags = call.flag("Append") ? [{ name: "Append", value: undefined, source: "" }] : [];
      await call.engine.command(
        "Out-File",
        [
          { name: "FilePath", value: path, source: "" },
          { name: "InputObject", value: call.kept.list, source: "" },
          ...flags,
        ],
        call.frame,
      );
    },
  },
  formatter("Format-Table", (rows, columns) => formatTable(rows, columns, 120)),
  formatter("Format-List", (rows, columns) => formatList(rows, columns)),
  { name: "Clear-Host", parameters: [] },
  {
    name: "Read-Host",
    parameters: [takes("Prompt", 0), flag("AsSecureString")],
    process() {
      throw new TerminatingError(
        new ErrorRecord({
          exception: new NetException(
            "System.Management.Automation.PSInvalidOperationException",
            "Windows PowerShell is in NonInteractive mode. Read and Prompt functionality is not available.",
          ),
          id: "InvalidOperation,Microsoft.PowerShell.Commands.ReadHostCommand",
          category: "InvalidOperation: (:) [Read-Host]",
          activity: "Read-Host",
        }),
      );
    },
  },
];

function shown(value: Value, separator: string): string {
  const items = listOf(value);
  return items === undefined ? text(value) : items.map((item) => shown(item, separator)).join(separator);
}
