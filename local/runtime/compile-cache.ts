import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";

/**
 * Lets Node cache what it compiles from here on for the next start, which halves the time of a start. The cache is beside the
 * packages, which are most of it. Where it cannot be written, starts are merely slower.
 */
enableCompileCache(fileURLToPath(new URL("../../node_modules/.cache/ductape-jobs", import.meta.url)));
