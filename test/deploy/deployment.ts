import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { copyOfCheckout } from "./checkout.ts";
import { type Ministack, region } from "./ministack.ts";

const run = promisify(execFile);
const cdkCommand = "node_modules/aws-cdk/bin/cdk";
const account = "000000000000";

export interface Outputs {
  ApiUrl: string;
  DashboardUrl: string;
  ApiKeySecret: string;
  TableName: string;
  BucketName: string;
  EventBusName: string;
  ScheduleGroup: string;
  IntakeFunctionArn: string;
  IntakeQueueUrl: string;
  IntakeTopicArn: string;
  IntakeDeadLetterQueueUrl: string;
  /** Only with the setting `auditLockDays`. */
  AuditBucket: string;
}

/**
 * Runs a real `cdk bootstrap` and `cdk deploy --all` of the real app against the emulator (app.ts and checkout.ts describe the
 * differences), or of another version of it. `settings` are those of the command line, and `stacks` says which to deploy.
 */
export async function deploy(
  ministack: Ministack,
  makeCheckout = copyOfCheckout,
  settings: Record<string, unknown> = {},
  stacks: readonly string[] = ["--all"],
): Promise<Outputs> {
  const outputs = await deployApp(ministack, "test/deploy/app.ts", makeCheckout, settings, stacks);
  return outputs["ductape-jobs-prod-service"] as unknown as Outputs;
}

/** The same for any app of this folder. Resolves with the outputs of each of its stacks. */
export async function deployApp(
  ministack: Ministack,
  file: string,
  makeCheckout = copyOfCheckout,
  settings: Record<string, unknown> = {},
  stacks: readonly string[] = ["--all"],
): Promise<Record<string, Record<string, string>>> {
  const app = `node_modules/.bin/tsx ${file}`;
  const folder = await mkdtemp(join(tmpdir(), "cdk-"));
  const checkout = await makeCheckout();
  const set = Object.entries(settings).flatMap(([name, value]) => [
    "--context",
    `jobs:${name}=${JSON.stringify(value)}`,
  ]);
  const cdk = (...args: string[]) =>
    run(process.execPath, [cdkCommand, ...args, ...set, "--app", app, "--output", join(folder, "cdk.out")], {
      cwd: checkout.folder,
      env: ministack.environment,
      maxBuffer: 64 * 1024 * 1024,
    }).catch((error: { stdout: string; stderr: string }) => {
      throw new Error(`cdk ${args.join(" ")} failed:\n${error.stdout}\n${error.stderr}\n${ministack.output()}`);
    });
  try {
    await cdk("bootstrap", `aws://${account}/${region}`);
    const outputs = join(folder, "outputs.json");
    await cdk("deploy", ...stacks, "--require-approval", "never", "--outputs-file", outputs);
    return JSON.parse(await readFile(outputs, "utf8")) as Record<string, Record<string, string>>;
  } finally {
    await checkout.remove();
    await rm(folder, { recursive: true, force: true });
  }
}

export interface Answer {
  status: number;
  headers: Record<string, unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: what an API answers is for the test to say
  body: any;
  /** The body as it was sent. */
  bytes: Buffer;
}

export interface Call {
  key?: string | undefined;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent unchanged, in place of a body. */
  text?: string;
}

/** Calls the deployed API. Its host name need not resolve: the emulator distinguishes APIs by the Host header. */
export function apiClient({ ApiUrl }: Outputs, { port }: Ministack) {
  const { host } = new URL(ApiUrl);
  return (method: string, path: string, { key, headers, body, text }: Call = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const sent = request(
        {
          host: "127.0.0.1",
          servername: "localhost",
          port,
          method,
          path,
          headers: {
            host,
            ...(key !== undefined && { authorization: `Bearer ${key}` }),
            ...(body !== undefined && { "content-type": "application/json" }),
            ...headers,
          },
        },
        async (response) => {
          const bytes = Buffer.concat(await response.toArray());
          const answer = bytes.toString();
          const isJson = /json/.test(response.headers["content-type"] ?? "");
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: isJson && answer !== "" ? JSON.parse(answer) : answer,
            bytes,
          });
        },
      );
      sent.on("error", reject);
      sent.end(text ?? (body === undefined ? undefined : JSON.stringify(body)));
    });
}
