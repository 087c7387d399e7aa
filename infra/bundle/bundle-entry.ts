import { bundle } from "./bundle.ts";
import { copyPage } from "./copy-page.ts";

/** `node infra/bundle/bundle-entry.ts <entry> <folder> [<catalog>]`: a process of its own, because the CDK asks for bundles synchronously. */
const [entry = "", outdir = "", catalog] = process.argv.slice(2);
await bundle(entry, outdir, catalog);
if (entry === "dashboard") await copyPage(outdir);
