import { type CarriedFile, removeFiles, writeCarriedFile } from "@kiln/sdk/windows";

/** What stands around inline commands. */
export interface InlineScriptOptions {
  readonly commands: readonly string[];
  /** Statements that set the environment. */
  readonly variables: string;
  readonly debugMode: number;
  /** Files that the script removes when it ends, itself among them. */
  readonly remove: readonly string[];
}

const quiet = "$ProgressPreference = 'SilentlyContinue'";

/**
 * The script that inline commands make. An error that nothing caught ends it with 1, else the exit code is that of the last native
 * program. The commands' lines stay at the margin: a here-string would not survive being moved.
 */
export function inlineScriptText({ commands, variables, debugMode, remove }: InlineScriptOptions): string {
  return `${[
    quiet,
    ...(debugMode > 0 ? [`Set-PsDebug -Trace ${debugMode}`] : []),
    variables.trimEnd(),
    "$global:LASTEXITCODE = 0",
    "try {",
    ...commands,
    "} catch {",
    "Write-Error -ErrorRecord $_ -ErrorAction Continue",
    "exit 1",
    ...(remove.length > 0 ? ["} finally {", removeFiles(remove)] : []),
    "}",
    "exit $LASTEXITCODE",
  ].join("\r\n")}\r\n`;
}

/** The file that sets the variables; it may bring the script along, which saves an upload. */
export function variablesText(variables: string, carried: readonly CarriedFile[]): string {
  return `${[variables.trimEnd(), ...carried.map(writeCarriedFile)].join("\r\n")}\r\n`;
}

/** What runs a script file: sets the variables, calls the script, ends with its exit code. */
export function scriptExpression(options: { readonly debugMode: number; readonly remove: readonly string[] }): string {
  const { debugMode, remove } = options;
  const steps = [
    quiet,
    ...(debugMode > 0 ? [`Set-PsDebug -Trace ${debugMode}`] : []),
    ". {{.Vars}}",
    "& '{{.Path}}'",
    "exit $LastExitCode",
  ].join("; ");
  return remove.length > 0 ? `& { try { ${steps} } finally { ${removeFiles(remove)} } }` : `& { ${steps} }`;
}
