import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Code } from "aws-cdk-lib/aws-lambda";
import { AssetHashType, BundlingOutput, DockerImage } from "aws-cdk-lib/core";
import { handlerFile } from "../../../lambdas/topology.ts";
import { extension } from "../../bundle/extension.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const script = fileURLToPath(new URL(`../../bundle/bundle-entry${extension}`, import.meta.url));

/** The bundle of an entry (infra/bundle/bundle.ts), made when the stack is synthesized and named by the hash of its content. */
export const entryCode = (entry: string, catalog: string | undefined): Code =>
  // A source folder per entry: the CDK treats bundlings of the same folder as one.
  Code.fromAsset(dirname(join(root, handlerFile(entry, extension))), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // The type requires an image. It never runs, because the local bundling below either succeeds or throws.
      image: DockerImage.fromRegistry("none"),
      outputType: BundlingOutput.NOT_ARCHIVED,
      local: {
        tryBundle(folder) {
          execFileSync(process.execPath, [script, entry, folder, ...(catalog === undefined ? [] : [catalog])], {
            stdio: ["ignore", "inherit", "inherit"],
          });
          return true;
        },
      },
    },
  });
