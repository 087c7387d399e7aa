import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { setTimeout } from "node:timers/promises";
import { endsWithFile } from "../ends-with-file.ts";
import { programPath } from "../servers.ts";

export const bucket = "files";

/** The path of fake-gcs-server: FAKE_GCS_SERVER, or on the PATH (`test/support/storage/install.sh` installs it). */
export const fakeGcsServer = process.env.FAKE_GCS_SERVER ?? programPath("fake-gcs-server");

/** Google Cloud Storage in its own process, in memory, with a bucket. It checks no credentials. */
export async function startFakeGcs(program: string) {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const options = ["-scheme", "http", "-host", "127.0.0.1", "-port", String(port), "-backend", "memory"];
  const server = endsWithFile(
    spawn(
      program,
      [...options, "-external-url", endpoint, "-public-host", `127.0.0.1:${port}`, "-log-level", "error"],
      // The streams are not inherited: whoever reads ours would then wait for the server's end too.
      { stdio: "ignore" },
    ),
  );
  const exited = new Promise((resolve) => server.once("exit", resolve));
  await answering(`${endpoint}/storage/v1/b?project=test`);
  await fetch(`${endpoint}/storage/v1/b?project=test`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: bucket }),
  });
  return {
    endpoint,
    async read(key: string) {
      const answer = await fetch(`${endpoint}/storage/v1/b/${bucket}/o/${encodeURIComponent(key)}?alt=media`);
      if (!answer.ok) return undefined;
      const type = answer.headers.get("content-type") ?? undefined;
      return { body: Buffer.from(await answer.arrayBuffer()), type };
    },
    async metadata(key: string) {
      const answer = await fetch(`${endpoint}/storage/v1/b/${bucket}/o/${encodeURIComponent(key)}`);
      return ((await answer.json()) as { metadata?: Record<string, string> }).metadata;
    },
    async stop() {
      server.kill();
      await exited;
    },
  };
}

/** The server does not report which port it took, so the test chooses one. */
const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });

async function answering(url: string): Promise<void> {
  for (let tries = 0; tries < 1000; tries++) {
    const up = await fetch(url).then(
      () => true,
      () => false,
    );
    if (up) return;
    await setTimeout(5);
  }
  throw new Error("fake-gcs-server does not answer");
}
