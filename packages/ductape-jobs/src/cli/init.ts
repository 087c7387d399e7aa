import { resolve } from "node:path";
import type { Io } from "./io.ts";

/** `init`: adds Ductape Jobs to the project in a folder. */
export async function initProject(io: Io, folder: string): Promise<void> {
  const { init } = await import("../init/init.ts");
  await init({ folder: resolve(io.cwd, folder), say: (line) => void io.err.write(`${line}\n`) });
}
