import { execFileSync } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { Code } from "aws-cdk-lib/aws-lambda";
import { AssetHashType, BundlingOutput, DockerImage } from "aws-cdk-lib/core";

import { sourceOfEntry } from "../../bundle/bundle.ts";

const script = fileURLToPath(new URL("../../bundle/bundle-entry.ts", import.meta.url));

/** The bundle of an entry (infra/bundle/bundle.ts), made where the stack is and named by what it comes to. */
export const entryCode = (entry: string): Code =>
  // A folder for each entry: the CDK takes bundlings of the same folder for the same.
  Code.fromAsset(dirname(fileURLToPath(new URL(`../../../${sourceOfEntry(entry)}`, import.meta.url))), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Asked for by the type; never run, since what follows bundles or throws.
      image: DockerImage.fromRegistry("none"),
      outputType: BundlingOutput.NOT_ARCHIVED,
      local: {
        tryBundle(folder) {
          execFileSync(process.execPath, [script, entry, folder], { stdio: ["ignore", "inherit", "inherit"] });
          return true;
        },
      },
    },
  });
