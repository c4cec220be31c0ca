/** What a machine prints when commands really run there; Packer shows the same line. */
export const connectedText = "WinRM connected.";

/** Run after the first login: the service may answer before the machine is ready to run anything. */
export const checkScript = `$ProgressPreference='SilentlyContinue'
echo '${connectedText}'`;
