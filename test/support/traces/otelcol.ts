import { spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../databases/free-port.ts";
import { endsWithFile } from "../ends-with-file.ts";
import { until } from "../local/until.ts";
import { programPath } from "../servers.ts";

/** The path of the OpenTelemetry collector: OTELCOL, or on the PATH (`test/support/traces/install.sh` installs it). */
export const otelcol = process.env.OTELCOL ?? programPath("otelcol");

/** A collector in its own process, which prints every span that it has taken. */
export async function startCollector(program: string) {
  const endpoint = `127.0.0.1:${await freePort()}`;
  const config = join(mkdtempSync(join(tmpdir(), "otelcol-")), "config.yaml");
  // YAML is a superset of JSON.
  const pipelines = { traces: { receivers: ["otlp"], exporters: ["debug"] } };
  const settings = {
    receivers: { otlp: { protocols: { http: { endpoint } } } },
    exporters: { debug: { verbosity: "detailed" } },
    service: { telemetry: { metrics: { level: "none" } }, pipelines },
  };
  writeFileSync(config, JSON.stringify(settings));
  const child = endsWithFile(spawn(program, ["--config", config], { stdio: ["ignore", "pipe", "pipe"] }));
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => (said += data));
  const exited = new Promise((resolve) => child.once("exit", resolve));
  await until(() => {
    if (child.exitCode !== null) throw new Error(`the collector has ended: ${said}`);
    return said.includes("Everything is ready");
  }, 20_000);
  return {
    url: `http://${endpoint}/v1/traces`,
    /** What it has printed, once that has the text. */
    said: async (text: string) => {
      await until(() => said.includes(text), 10_000);
      return said;
    },
    async stop() {
      child.kill();
      await exited;
    },
  };
}
