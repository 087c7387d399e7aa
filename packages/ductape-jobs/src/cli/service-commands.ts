import type { Command } from "commander";
import type { Act } from "./context.ts";

/** The commands around the API. */
export function addService(_program: Command, _act: Act): void {}
