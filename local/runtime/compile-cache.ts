import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";

/**
 * Node keeps what it compiles from here on for the next start: half of what a start costs. Beside the packages, which are
 * most of it; where that cannot be written nothing is kept, and nothing else is different.
 */
enableCompileCache(fileURLToPath(new URL("../../node_modules/.cache/ductape-jobs", import.meta.url)));
