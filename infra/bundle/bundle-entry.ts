import { bundle } from "./bundle.ts";

/** `node infra/bundle/bundle-entry.ts <entry> <folder>`: a process of its own, because the CDK asks for bundles synchronously. */
const [entry = "", outdir = ""] = process.argv.slice(2);
await bundle(entry, outdir);
