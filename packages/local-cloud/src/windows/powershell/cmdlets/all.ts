import type { Cmdlet } from "./cmdlet.ts";
import { computerCmdlets } from "./computer.ts";
import { contentCmdlets } from "./content.ts";
import { convertFromCsv } from "./csv.ts";
import { fileCmdlets } from "./file-items.ts";
import { filterCmdlets } from "./filter-objects.ts";
import { networkCmdlets } from "./network.ts";
import { objectCmdlets } from "./objects.ts";
import { outputCmdlets } from "./output.ts";
import { pathCmdlets } from "./paths-and-locations.ts";
import { registryCmdlets } from "./registry-items.ts";
import { serviceCmdlets } from "./services.ts";
import { sessionCmdlets } from "./session.ts";
import { startProcess } from "./start-process.ts";
import { timeCmdlets } from "./time-and-chance.ts";
import { transferCmdlets } from "./transfer-items.ts";
import { variableCmdlets } from "./variables.ts";
import { webCmdlets } from "./web.ts";
import { wmiCmdlets } from "./wmi.ts";

/** Every cmdlet there is, by its name in lower case. */
export const cmdlets: ReadonlyMap<string, Cmdlet> = new Map(
  [
    ...outputCmdlets,
    ...filterCmdlets,
    ...objectCmdlets,
    ...fileCmdlets,
    ...transferCmdlets,
    ...pathCmdlets,
    ...registryCmdlets,
    ...contentCmdlets,
    ...variableCmdlets,
    ...timeCmdlets,
    ...sessionCmdlets,
    ...serviceCmdlets,
    ...computerCmdlets,
    ...wmiCmdlets,
    startProcess,
    convertFromCsv,
    ...networkCmdlets,
    ...webCmdlets,
  ].map((cmdlet) => [cmdlet.name.toLowerCase(), cmdlet]),
);

/** The aliases that Windows PowerShell has from the start, of cmdlets that are here. */
export const cmdletAliases: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "%": "ForEach-Object",
    "?": "Where-Object",
    ac: "Add-Content",
    cat: "Get-Content",
    cd: "Set-Location",
    chdir: "Set-Location",
    clc: "Clear-Content",
    clear: "Clear-Host",
    cls: "Clear-Host",
    compare: "Compare-Object",
    copy: "Copy-Item",
    cp: "Copy-Item",
    cpi: "Copy-Item",
    curl: "Invoke-WebRequest",
    cvpa: "Convert-Path",
    del: "Remove-Item",
    diff: "Compare-Object",
    dir: "Get-ChildItem",
    echo: "Write-Output",
    erase: "Remove-Item",
    fl: "Format-List",
    foreach: "ForEach-Object",
    ft: "Format-Table",
    gc: "Get-Content",
    gci: "Get-ChildItem",
    gcim: "Get-CimInstance",
    gcm: "Get-Command",
    gi: "Get-Item",
    gl: "Get-Location",
    gm: "Get-Member",
    gp: "Get-ItemProperty",
    gps: "Get-Process",
    group: "Group-Object",
    gsv: "Get-Service",
    gu: "Get-Unique",
    gv: "Get-Variable",
    gwmi: "Get-WmiObject",
    icm: "Invoke-Command",
    iex: "Invoke-Expression",
    ipmo: "Import-Module",
    irm: "Invoke-RestMethod",
    iwr: "Invoke-WebRequest",
    ls: "Get-ChildItem",
    md: "mkdir",
    measure: "Measure-Object",
    mi: "Move-Item",
    move: "Move-Item",
    mv: "Move-Item",
    ni: "New-Item",
    nv: "New-Variable",
    oh: "Out-Host",
    popd: "Pop-Location",
    ps: "Get-Process",
    pushd: "Push-Location",
    pwd: "Get-Location",
    rd: "Remove-Item",
    ren: "Rename-Item",
    ri: "Remove-Item",
    rm: "Remove-Item",
    rmdir: "Remove-Item",
    rni: "Rename-Item",
    rp: "Remove-ItemProperty",
    rv: "Remove-Variable",
    rvpa: "Resolve-Path",
    sal: "Set-Alias",
    saps: "Start-Process",
    sasv: "Start-Service",
    sc: "Set-Content",
    select: "Select-Object",
    set: "Set-Variable",
    si: "Set-Item",
    sl: "Set-Location",
    sleep: "Start-Sleep",
    sls: "Select-String",
    sort: "Sort-Object",
    sp: "Set-ItemProperty",
    spsv: "Stop-Service",
    start: "Start-Process",
    sv: "Set-Variable",
    tee: "Tee-Object",
    type: "Get-Content",
    wget: "Invoke-WebRequest",
    where: "Where-Object",
    write: "Write-Output",
  }),
);
