import { type ChildProcess, fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { bundle, loadedAtStart } from "../../infra/bundle/bundle.ts";
import { jobTypes } from "../../lambdas/core/job/job.ts";
import { handlerFile } from "../../lambdas/topology.ts";
import { duration, median, type Section, table } from "../part.ts";
import { environmentAt } from "./environment.ts";

const entries = [
  "api",
  "authorizer",
  "reconciler",
  "lifecycle",
  "intake",
  "tasks",
  ...jobTypes.map((type) => `consumers/${type}`),
];
const runs = 9;
const target = { kb: 350, ms: 80 };
const root = fileURLToPath(new URL("../..", import.meta.url));
const starter = fileURLToPath(new URL("./start.mjs", import.meta.url));
const instantAws = fileURLToPath(new URL("./instant-aws.ts", import.meta.url));

interface Start {
  kb: number;
  /** Median milliseconds of the import, and of the first event: what is set up by it. */
  importMs: number;
  initMs: number;
  /** Median milliseconds of processor time of both. */
  cpuMs: number;
  /** Median milliseconds until a first POST /v1/jobs is answered, import and set-up included; 0 of all but the API. */
  firstPostMs: number;
}

interface Place {
  folder: string;
  environment: NodeJS.ProcessEnv;
}

/** Bundle size and time to the first answer of each function, in fresh processes, next to the usual way of bundling. */
export async function coldStart(): Promise<Section> {
  const folder = await mkdtemp(join(tmpdir(), "bench-"));
  const aws = fork(instantAws);
  try {
    const place = { folder, environment: environmentAt(await urlOf(aws)) };
    const rows = [];
    for (const entry of entries) rows.push({ entry, ours: await ours(entry, place), usual: await usual(entry, place) });
    const api = rows[0]?.ours as Start;
    const apiMs = api.importMs + api.initMs;
    return {
      title: "Cold start",
      targets: [
        {
          what: "code that the API loads",
          target: `${target.kb} KB`,
          measured: `${api.kb} KB`,
          met: api.kb <= target.kb,
        },
        {
          what: "import and set-up of the API",
          target: duration(target.ms),
          measured: duration(apiMs),
          met: apiMs <= target.ms,
        },
      ],
      text: [
        `Medians of ${runs} fresh processes, the two ways by turns; set-up is the first event, which makes the clients and finds nothing to`,
        "do. The usual way is what `NodejsFunction` does by default: one CommonJS file, the SDK loaded from `node_modules`.",
        `A first POST /v1/jobs, on an AWS that answers at once, is answered after ${duration(api.firstPostMs)}, import and set-up included; the usual way`,
        `after ${duration(rows[0]?.usual.firstPostMs ?? 0)}.\n`,
        table(
          [
            "function",
            "KB",
            "import",
            "set-up",
            "processor time",
            "usual: import and set-up",
            "usual: processor time",
            "ratio",
          ],
          rows.map(({ entry, ours, usual }) => [
            entry,
            ours.kb,
            duration(ours.importMs),
            duration(ours.initMs),
            duration(ours.cpuMs),
            duration(usual.importMs + usual.initMs),
            duration(usual.cpuMs),
            (ours.cpuMs / usual.cpuMs).toFixed(2),
          ]),
        ),
      ].join("\n"),
    };
  } finally {
    aws.kill();
    await rm(folder, { recursive: true });
  }
}

async function urlOf(server: ChildProcess): Promise<string> {
  const [{ port }] = await once(server, "message");
  return `http://127.0.0.1:${port}`;
}

async function ours(entry: string, { folder, environment }: Place): Promise<Start> {
  const outdir = join(folder, "ours", entry);
  const outputs = await bundle(entry, outdir);
  const bytes = [...loadedAtStart(outputs)].reduce((sum, file) => sum + (outputs[file]?.bytes ?? 0), 0);
  return { kb: Math.round(bytes / 1024), ...started(entry, join(outdir, "index.mjs"), environment) };
}

/** https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_lambda_nodejs-readme.html */
async function usual(entry: string, { folder, environment }: Place): Promise<Start> {
  const outfile = join(folder, "usual", entry, "index.cjs");
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [handlerFile(entry)],
    outfile,
    bundle: true,
    platform: "node",
    target: "node24",
    format: "cjs",
    external: ["@aws-sdk/*", "@smithy/*"],
    metafile: true,
    logLevel: "error",
  });
  const bytes = Object.values(metafile.outputs)[0]?.bytes ?? 0;
  return { kb: Math.round(bytes / 1024), ...started(entry, outfile, environment) };
}

function started(entry: string, file: string, environment: NodeJS.ProcessEnv): Omit<Start, "kb"> {
  const all = Array.from({ length: runs }, () => start(entry, file, environment));
  const of = (name: keyof (typeof all)[number]) => median(all.map((one) => one[name]));
  return { importMs: of("importMs"), initMs: of("initMs"), cpuMs: of("cpuMs"), firstPostMs: of("firstPostMs") };
}

function start(entry: string, file: string, environment: NodeJS.ProcessEnv): Omit<Start, "kb"> {
  const { stdout, stderr, status } = spawnSync(process.execPath, ["--enable-source-maps", starter, entry, file], {
    encoding: "utf8",
    env: { ...environment, NODE_PATH: join(root, "node_modules") },
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
}
