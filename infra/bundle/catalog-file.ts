import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { SetupError } from "../settings/setup-error.ts";
import { extension } from "./extension.ts";

/** The context in which a deployment keeps the path of its catalog. Without it, it is the one that `#catalog` names. */
export const catalogContext = "ductape-jobs:catalog";

const program = fileURLToPath(new URL(`./print-catalog${extension}`, import.meta.url));

/**
 * The products that a file exports. Read by another process, because a construct cannot wait, and so that the way in which the
 * team runs its CDK app (tsx, ts-node, compiled) makes no difference.
 */
export function readCatalog(file: string): readonly unknown[] {
  try {
    const printed = execFileSync(process.execPath, [program, file], {
      encoding: "utf8",
      stdio: "pipe",
      maxBuffer: 2 ** 28,
    });
    return JSON.parse(printed) as unknown[];
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new SetupError(`The catalog ${file} does not load:`, [(stderr ?? String(error)).trim()]);
  }
}
