import { machinesContract } from "../../packages/local-cloud/src/machine/contract-suite.ts";
import { openBench } from "./bench.ts";

machinesContract("Linux machines", () => openBench());
