import { type JsonTemplate, parseJsonTemplate } from "@kiln/engine";
import type { Io } from "../io.ts";
