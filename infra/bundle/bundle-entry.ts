import { bundle } from "./bundle.ts";
import { copyPage } from "./copy-page.ts";

/** `node infra/bundle/bundle-entry.ts <entry> <folder>`: a process of its own, because the CDK asks for bundles synchronously. */
const [entry = "", outdir = ""] = process.argv.slice(2);
await bundle(entry, outdir);
if (entry === "dashboard") await copyPage(outdir);
