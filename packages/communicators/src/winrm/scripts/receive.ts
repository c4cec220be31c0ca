import { pathExpression } from "./path-expression.ts";

/**
 * The machine's side of an upload. It reads lines from standard input, each one letter, a space and a value:
 *
 *     d PATH64   makes the directory and those above it
 *     f PATH64   begins a file
 *     r DATA64   bytes of that file
 *     z DATA64   the same, deflated
 *     c SHA1     ends that file: it takes its place only if its bytes have this hash
 *
 * Paths are UTF-8 in base64, relative to `root`; an empty one is `root` itself. A file is written beside its place under a name ending in
 * `id`, and renamed. It says `kiln-ok LINES` at the end, or `kiln-error TEXT64` and exits with 1.
 *
 * PowerShell 2.0 and .NET 2.0 are enough. Standard input comes through `process`: PowerShell reads it itself before a script could.
 */
export function receiveScript(root: string, id: string): string {
  return `begin{
$ErrorActionPreference='Stop'
$ProgressPreference='SilentlyContinue'
$count=0
$file=$null
$buffer=New-Object byte[] 65536
$sha=New-Object Security.Cryptography.SHA1CryptoServiceProvider
function Fail($e){
while($e.InnerException){$e=$e.InnerException}
if($file){$file.Close();[IO.File]::Delete($temp)}
[Console]::Out.WriteLine('kiln-error '+[Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes($e.Message)))
exit 1
}
try{
$root=[IO.Path]::GetFullPath(${pathExpression(root)})
}catch{Fail $_.Exception}
}
process{
try{
$line=[string]$_
if($line.Length -gt 1){
$count=$count+1
$value=$line.Substring(2)
switch($line.Substring(0,1)){
'r'{$bytes=[Convert]::FromBase64String($value);$file.Write($bytes,0,$bytes.Length)}
'z'{
$packed=New-Object IO.MemoryStream(,[Convert]::FromBase64String($value))
$stream=New-Object IO.Compression.DeflateStream($packed,[IO.Compression.CompressionMode]::Decompress)
while(($n=$stream.Read($buffer,0,65536)) -gt 0){$file.Write($buffer,0,$n)}
}
'd'{$path=[Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($value));[void][IO.Directory]::CreateDirectory([IO.Path]::Combine($root,$path))}
'f'{
$path=[Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($value))
$to=$root
if($path){$to=[IO.Path]::Combine($root,$path)}
if([IO.Directory]::Exists($to)){throw($to+' is a directory')}
[void][IO.Directory]::CreateDirectory([IO.Path]::GetDirectoryName($to))
$temp=$to+'.${id}'
$file=[IO.File]::Create($temp)
}
'c'{
$file.Position=0
$hash=[BitConverter]::ToString($sha.ComputeHash($file)).Replace('-','')
if($hash -ne $value){throw 'the bytes that arrived are not those that were sent'}
$file.Close()
$file=$null
try{
if([IO.File]::Exists($to)){[IO.File]::Replace($temp,$to,$temp+'~');try{[IO.File]::Delete($temp+'~')}catch{}}
else{[IO.File]::Move($temp,$to)}
}catch{[IO.File]::Delete($temp);throw}
}
}
}
}catch{Fail $_.Exception}
}
end{
if($file){$file.Close();[IO.File]::Delete($temp)}
[Console]::Out.WriteLine('kiln-ok '+$count)
}`;
}
