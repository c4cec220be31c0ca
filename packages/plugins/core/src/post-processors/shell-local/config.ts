import { localScriptOptions } from "../../local-script/options.ts";

export const config = localScriptOptions;
