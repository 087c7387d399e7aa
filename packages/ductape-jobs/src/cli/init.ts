import { resolve } from "node:path";
import type { Io } from "./io.ts";

interface Init {
  init(options: { folder: string; say: (line: string) => void }): Promise<unknown>;
}

/** `init`: adds Ductape Jobs to the project in a folder. */
export async function initProject(io: Io, folder: string): Promise<void> {
  // By a variable, because the package is built with it and type-checked without.
  const module = "../init/init.ts".replace(/ts$/, import.meta.url.endsWith(".js") ? "js" : "ts");
  const { init } = (await import(module)) as Init;
  await init({ folder: resolve(io.cwd, folder), say: (line) => void io.err.write(`${line}\n`) });
}
