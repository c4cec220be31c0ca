import { Refusal } from "../../system/refusal.ts";
import { NetException } from "./errors.ts";
import { NetObject, type Value } from "./value.ts";

/** Short names of types, and their names in full. */
const accelerators: Readonly<Record<string, string>> = {
  int: "System.Int32",
  int32: "System.Int32",
  long: "System.Int64",
  int64: "System.Int64",
  double: "System.Double",
  float: "System.Double",
  string: "System.String",
  char: "System.Char",
  bool: "System.Boolean",
  boolean: "System.Boolean",
  byte: "System.Byte",
  object: "System.Object",
  array: "System.Array",
  void: "System.Void",
  hashtable: "System.Collections.Hashtable",
  ordered: "System.Collections.Specialized.OrderedDictionary",
  pscustomobject: "System.Management.Automation.PSCustomObject",
  psobject: "System.Management.Automation.PSObject",
  scriptblock: "System.Management.Automation.ScriptBlock",
  switch: "System.Management.Automation.SwitchParameter",
  regex: "System.Text.RegularExpressions.Regex",
  datetime: "System.DateTime",
  timespan: "System.TimeSpan",
  version: "System.Version",
  guid: "System.Guid",
  math: "System.Math",
  convert: "System.Convert",
  type: "System.Type",
  exception: "System.Exception",
  xml: "System.Xml.XmlDocument",
  uri: "System.Uri",
  environment: "System.Environment",
  securestring: "System.Security.SecureString",
  pscredential: "System.Management.Automation.PSCredential",
  arraylist: "System.Collections.ArrayList",
};
const known = new Map(Object.entries(accelerators));

/** A type's name in full and in lower case, with `System.` and arrays' brackets; not whether it is known. */
export function fullTypeName(name: string): string {
  const array = /^(.*)\[\]$/.exec(name);
  if (array?.[1] !== undefined) return `${fullTypeName(array[1])}[]`;
  const generic =
    /^(?:System\.)?(Collections\.Generic\.(?:List|Dictionary|HashSet|Queue|Stack))(?:`\d)?\[(.*)\]$/i.exec(name);
  if (generic) return `System.${generic[1]}[${generic[2]}]`;
  const short = known.get(name.toLowerCase());
  if (short !== undefined) return short;
  return /^system\./i.test(name) || name.startsWith("Microsoft.") ? name : `System.${name}`;
}

/** The name in full of a value's type. */
export function typeOf(value: Value): string {
  if (value === null) return "null";
  if (typeof value === "boolean") return "System.Boolean";
  if (typeof value === "string") return "System.String";
  if (typeof value === "number") return "System.Int32";
  if (typeof value === "bigint") return "System.Int64";
  if (Array.isArray(value)) return "System.Object[]";
  if (value instanceof NetObject) return value.typeName;
  return "System.Byte[]";
}

/** Types that others derive from, as far as scripts ask. */
const bases: Readonly<Record<string, readonly string[]>> = {
  "system.object[]": ["system.array", "system.collections.ienumerable", "system.collections.ilist"],
  "system.byte[]": ["system.array", "system.collections.ienumerable", "system.collections.ilist"],
  "system.string": ["system.collections.ienumerable", "system.icomparable"],
  "system.int32": ["system.valuetype", "system.icomparable"],
  "system.int64": ["system.valuetype", "system.icomparable"],
  "system.double": ["system.valuetype", "system.icomparable"],
  "system.boolean": ["system.valuetype", "system.icomparable"],
  "system.collections.hashtable": ["system.collections.idictionary", "system.collections.ienumerable"],
  "system.collections.specialized.ordereddictionary": [
    "system.collections.idictionary",
    "system.collections.ienumerable",
  ],
  "system.management.automation.pscustomobject": ["system.management.automation.psobject"],
  "system.io.fileinfo": ["system.io.filesysteminfo"],
  "system.io.directoryinfo": ["system.io.filesysteminfo"],
};

/** Exceptions by what they derive from, beside System.Exception and SystemException. */
const exceptionBases: Readonly<Record<string, readonly string[]>> = {
  "system.management.automation.itemnotfoundexception": [
    "system.management.automation.sessionstateexception",
    "system.management.automation.runtimeexception",
  ],
  "system.management.automation.commandnotfoundexception": ["system.management.automation.runtimeexception"],
  "system.management.automation.methodinvocationexception": [
    "system.management.automation.methodexception",
    "system.management.automation.extendedtypesystemexception",
    "system.management.automation.runtimeexception",
  ],
  "system.management.automation.actionpreferencestopexception": ["system.management.automation.runtimeexception"],
  "system.management.automation.parameterbindingexception": ["system.management.automation.runtimeexception"],
  "system.management.automation.remoteexception": ["system.management.automation.runtimeexception"],
  "system.management.automation.psinvalidcastexception": [
    "system.invalidcastexception",
    "system.management.automation.runtimeexception",
  ],
  "system.io.filenotfoundexception": ["system.io.ioexception"],
  "system.io.directorynotfoundexception": ["system.io.ioexception"],
  "system.dividebyzeroexception": ["system.arithmeticexception"],
  "system.argumentnullexception": ["system.argumentexception"],
  "system.argumentoutofrangeexception": ["system.argumentexception"],
};

/** Whether `-is` says yes. */
export function isOfType(value: Value, name: string): boolean {
  if (value === null) return false;
  const wanted = fullTypeName(name).toLowerCase();
  const own = typeOf(value).toLowerCase();
  if (wanted === "system.object" || wanted === own) return true;
  if (value instanceof NetException)
    return (
      wanted === "system.exception" ||
      (wanted === "system.systemexception" && own !== "system.exception") ||
      (exceptionBases[own]?.includes(wanted) ?? false)
    );
  if (bases[own]?.includes(wanted)) return true;
  if (wanted === "system.byte" || wanted === "system.decimal")
    throw new Refusal(`values of type [${name}] (numbers are Int32, Int64 or Double)`);
  return false;
}
