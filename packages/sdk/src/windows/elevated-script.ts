import { type CarriedFile, powershellLiteral, removeFiles, writeCarriedFile } from "./powershell-text.ts";

/** Exit code of the script below when the task could not be run at all: unlikely as a program's own ("KILN" in hexadecimal). */
export const elevatedNotRun = 0x4b494c4e;

export interface ElevatedOptions {
  /** Name of the scheduled task and of its output file. */
  readonly taskName: string;
  readonly user: string;
  /** Empty for a service account such as SYSTEM, which has none. */
  readonly password: string;
  /** A command line for cmd. */
  readonly command: string;
  /** Files to write first. */
  readonly files?: readonly CarriedFile[];
  /** Files to remove at the end, the script itself among them. */
  readonly remove: readonly string[];
}

/**
 * A PowerShell script (2.0 and up) that runs a command as another user with all the rights of that user, shows what it prints while it
 * prints it, and ends with its exit code. A remote session cannot do that itself: the Task Scheduler can. The password is in this
 * script and nowhere else; the script removes itself. Source of the interface: Task Scheduler scripting objects.
 */
export function elevatedScript(options: ElevatedOptions): string {
  const { taskName, user, password, files = [], remove } = options;
  return `${[
    "$ErrorActionPreference = 'Stop'",
    "$ProgressPreference = 'SilentlyContinue'",
    `$name = ${powershellLiteral(taskName)}`,
    `$user = ${powershellLiteral(user)}`,
    // Logon types: 1 with a password, 5 for a service account.
    ...(password === ""
      ? ["$password = $null", "$logon = 5"]
      : [`$password = ${powershellLiteral(password)}`, "$logon = 1"]),
    `$log = $env:SystemRoot + '\\Temp\\' + $name + '.out'`,
    `$definition = ${powershellLiteral(taskDefinition(options))}`,
    `$code = ${elevatedNotRun}`,
    "$folder = $null",
    "$reader = $null",
    "try {",
    ...files.map((file) => `  ${writeCarriedFile(file)}`),
    "  $service = New-Object -ComObject 'Schedule.Service'",
    "  $service.Connect()",
    "  $folder = $service.GetFolder('\\')",
    // 6: create it, or replace what has its name.
    "  $task = $folder.RegisterTask($name, $definition, 6, $user, $password, $logon, $null)",
    "  [void]$task.Run($null)",
    // States: 2 queued, 4 running. Result 267011: it has not run yet.
    "  $waits = 0",
    "  while (($task.State -ne 4) -and ($task.LastTaskResult -eq 267011) -and ($waits -lt 100)) {",
    "    Start-Sleep -Milliseconds 100",
    "    $waits = $waits + 1",
    "  }",
    "  if (($task.State -ne 4) -and ($task.LastTaskResult -eq 267011)) { throw 'the task did not start within 10 seconds' }",
    "  $ended = $false",
    "  while (-not $ended) {",
    // Asked before reading, so that what was written last is read too.
    "    $ended = ($task.State -ne 4) -and ($task.State -ne 2)",
    "    if (($reader -eq $null) -and (Test-Path $log)) {",
    "      $stream = New-Object System.IO.FileStream($log, 'Open', 'Read', 'ReadWrite')",
    "      $page = [System.Globalization.CultureInfo]::CurrentCulture.TextInfo.OEMCodePage",
    "      $reader = New-Object System.IO.StreamReader($stream, [System.Text.Encoding]::GetEncoding($page))",
    "    }",
    "    if ($reader -ne $null) { [Console]::Out.Write($reader.ReadToEnd()) }",
    "    if (-not $ended) { Start-Sleep -Milliseconds 100 }",
    "  }",
    "  $code = $task.LastTaskResult",
    "} catch {",
    "  [Console]::Error.WriteLine('Cannot run as ' + $user + ': ' + $_.Exception.Message)",
    "} finally {",
    "  if ($reader -ne $null) { $reader.Close() }",
    "  if ($folder -ne $null) { try { $folder.DeleteTask($name, 0) } catch { } }",
    "  Remove-Item -Force -ErrorAction SilentlyContinue -LiteralPath $log",
    ...(remove.length > 0 ? [`  ${removeFiles(remove)}`] : []),
    "}",
    "exit $code",
  ].join("\r\n")}\r\n`;
}

/** The task in the scheduler's own format: one action, all rights, no time limit, ordinary priority. */
function taskDefinition({ taskName, user, password, command }: ElevatedOptions): string {
  return [
    '<?xml version="1.0" encoding="UTF-16"?>',
    '<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">',
    "<RegistrationInfo><Description>Elevated task of an image build</Description></RegistrationInfo>",
    '<Principals><Principal id="Author">',
    `<UserId>${xmlText(user)}</UserId>`,
    ...(password === "" ? [] : ["<LogonType>Password</LogonType>"]),
    "<RunLevel>HighestAvailable</RunLevel>",
    "</Principal></Principals>",
    "<Settings>",
    "<MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>",
    "<DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>",
    "<StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>",
    "<AllowHardTerminate>true</AllowHardTerminate>",
    "<StartWhenAvailable>false</StartWhenAvailable>",
    "<RunOnlyIfNetworkAvailable>false</RunOnlyIfNetworkAvailable>",
    "<AllowStartOnDemand>true</AllowStartOnDemand>",
    "<Enabled>true</Enabled>",
    "<Hidden>false</Hidden>",
    "<RunOnlyIfIdle>false</RunOnlyIfIdle>",
    "<WakeToRun>false</WakeToRun>",
    "<ExecutionTimeLimit>PT0S</ExecutionTimeLimit>",
    "<Priority>4</Priority>",
    "</Settings>",
    '<Actions Context="Author"><Exec>',
    "<Command>cmd</Command>",
    `<Arguments>/c ${xmlText(`${command} > %SYSTEMROOT%\\Temp\\${taskName}.out 2>&1`)}</Arguments>`,
    "</Exec></Actions>",
    "</Task>",
  ].join("\r\n");
}

function xmlText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
