import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { BlobServiceClient } from "@azure/storage-blob";
import { endsWithFile } from "../ends-with-file.ts";

/** The account that is built into Azurite: its key is public. */
const account =
  "AccountName=devstoreaccount1;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
export const container = "files";

const program = fileURLToPath(new URL("./azurite/node_modules/azurite/dist/src/blob/main.js", import.meta.url));

/** The path of Azurite, if it is installed (`test/support/storage/install.sh`). */
export const azuriteProgram = existsSync(program) ? program : undefined;

/** Azure Blob Storage in its own process, in memory, with a container. */
export async function startAzurite() {
  // Azurite knows fewer API versions than the client uses.
  const options = ["--inMemoryPersistence", "--blobHost", "127.0.0.1", "--blobPort", "0"];
  const azurite = endsWithFile(
    spawn(process.execPath, [program, ...options, "--skipApiVersionCheck", "--disableTelemetry"], {
      // The output is not inherited: whoever reads ours would then wait for Azurite's end too.
      stdio: ["ignore", "pipe", "ignore"],
    }),
  );
  const exited = new Promise((resolve) => azurite.once("exit", resolve));
  const endpoint = await endpointIn(azurite.stdout);
  const connectionString = `DefaultEndpointsProtocol=http;${account};BlobEndpoint=${endpoint}/devstoreaccount1;`;
  const client = BlobServiceClient.fromConnectionString(connectionString);
  await client.createContainer(container);
  return {
    connectionString,
    client: client.getContainerClient(container),
    async stop() {
      azurite.kill();
      await exited;
    },
  };
}

async function endpointIn(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    const endpoint = /listens on (http:\S+)/.exec(line)?.[1];
    if (endpoint) {
      output.resume();
      return endpoint;
    }
  }
  throw new Error("Azurite ended before it listened");
}
