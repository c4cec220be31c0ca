const verbs = new Set(
  "add approve assert backup block build checkpoint clear close compare complete compress confirm connect convert convertfrom convertto copy debug deny deploy disable disconnect dismount edit enable enter exit expand export find format get grant group hide import initialize install invoke join limit lock measure merge mount move new open optimize out ping pop protect publish push read receive redo register remove rename repair request reset resize resolve restart restore resume revoke save search select send set show skip split start step stop submit suspend switch sync test trace unblock undo uninstall unlock unprotect unpublish unregister update use wait watch write foreach where sort tee".split(
    " ",
  ),
);
const programs = new Set(
  "arp assoc at auditpol bcdedit bitsadmin bootcfg cacls certutil chkdsk choice cipher clip cmdkey comp compact convert cscript defrag diskpart diskperf dism dispdiag driverquery eventcreate expand fc find fsutil ftp gpresult gpupdate iisreset ipconfig label lodctr logman logoff makecab manage-bde mklink mode mountvol msg msiexec mstsc nbtstat netstat nltest notepad nslookup openfiles pathping perfmon ping pnputil powercfg print query qprocess quser qwinsta rasdial recover regedit regsvr32 replace robocopy route rundll32 runas schtasks secedit servermanagercmd sfc slmgr sort subst sxstrace systeminfo takeown tar curl taskkill tasklist telnet tracert tree typeperf tzutil unlodctr vssadmin w32tm wbadmin wevtutil winrs wscript wsmanhttpconfig wusa xcopy odbcconf ocsetup pkgmgr oclist sysprep cleanmgr mshta wbemtest wmiprvse".split(
    " ",
  ),
);

/**
 * Whether Windows has a command of that name that the stand-in lacks: a verb that PowerShell approves with a noun, or a program that
 * Windows brings. Anything else would not be found there either.
 */
export function mayExist(name: string): boolean {
  const bare = name
    .toLowerCase()
    .replace(/^.*[\\/]/, "")
    .replace(/\.(?:exe|com|vbs|msc|cpl)$/, "");
  const [verb = "", noun] = bare.split("-");
  return (noun !== undefined && noun !== "" && verbs.has(verb)) || programs.has(bare);
}
