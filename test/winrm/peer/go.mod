module kiln.test/winrm-peer

go 1.21

require github.com/dylanmei/winrmtest v0.0.0-20210303004826-fbc9ae56efb6
