import { pathExpression } from "./path-expression.ts";

/**
 * The machine's side of a download. It writes the same kind of lines to standard output as `receiveScript` reads: for a file `f` and its
 * size, then `r` lines, then `c`; for a directory `d` and `f` lines for all it holds, paths relative to its own. It ends with
 * `kiln-ok`, or `kiln-error TEXT64` and exit code 1.
 *
 *     d PATH64
 *     f PATH64 SIZE
 *     r DATA64
 *     c SHA1
 *
 * `want` refuses what is not of that kind.
 */
export function sendScript(path: string, want: "file" | "directory"): string {
  return `$ErrorActionPreference='Stop'
$ProgressPreference='SilentlyContinue'
$out=[Console]::Out
$utf8=[Text.Encoding]::UTF8
$buffer=New-Object byte[] 98304
$sha=New-Object Security.Cryptography.SHA1CryptoServiceProvider
function SendFile($path,$name){
$file=[IO.File]::Open($path,[IO.FileMode]::Open,[IO.FileAccess]::Read,[IO.FileShare]::ReadWrite)
$out.WriteLine('f '+[Convert]::ToBase64String($utf8.GetBytes($name))+' '+$file.Length)
while(($n=$file.Read($buffer,0,98304)) -gt 0){$out.WriteLine('r '+[Convert]::ToBase64String($buffer,0,$n))}
$file.Position=0
$out.WriteLine('c '+[BitConverter]::ToString($sha.ComputeHash($file)).Replace('-',''))
$file.Close()
}
function SendTree($path,$name){
foreach($one in [IO.Directory]::GetFiles($path)){SendFile $one ($name+[IO.Path]::GetFileName($one))}
foreach($one in [IO.Directory]::GetDirectories($path)){
$below=$name+[IO.Path]::GetFileName($one)
$out.WriteLine('d '+[Convert]::ToBase64String($utf8.GetBytes($below)))
SendTree $one ($below+'/')
}
}
try{
$root=[IO.Path]::GetFullPath(${pathExpression(path)})
${
  want === "file"
    ? `if([IO.Directory]::Exists($root)){throw($root+' is a directory')}
SendFile $root ''`
    : `if([IO.File]::Exists($root)){throw($root+' is not a directory')}
SendTree $root ''`
}
$out.WriteLine('kiln-ok')
}catch{
$e=$_.Exception
while($e.InnerException){$e=$e.InnerException}
$out.WriteLine('kiln-error '+[Convert]::ToBase64String($utf8.GetBytes($e.Message)))
exit 1
}`;
}
