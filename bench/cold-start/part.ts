import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { bundle, loadedAtStart } from "../../infra/bundle/bundle.ts";
import { options } from "../../infra/bundle/options.ts";
import { jobTypes } from "../../lambdas/core/job/job.ts";
import { handlerFile } from "../../lambdas/topology.ts";
import { duration, median, type Section, table } from "../part.ts";
import { codeStarts } from "./code.ts";
import { environmentAt } from "./environment.ts";
import { inFreshProcess } from "./fresh-process.ts";

const entries = [
  "api",
  "authorizer",
  "reconciler",
  "lifecycle",
  "intake",
  "tasks",
  "webhooks",
  "pump",
  "relay",
  ...jobTypes.map((type) => `consumers/${type}`),
];
const runs = 9;
const mostRatio = 0.85;
const starter = fileURLToPath(new URL("./start.mjs", import.meta.url));
const instantAws = fileURLToPath(new URL("./instant-aws.ts", import.meta.url));

interface Bundle {
  file: string;
  /** Of the files that a cold start loads. */
  kb: number;
}

/** What one fresh process took, in milliseconds. */
interface Start {
  importMs: number;
  /** The first event, which sets the function up. */
  initMs: number;
  /** Processor time of both. */
  cpuMs: number;
  /** Until a first POST /v1/jobs is answered, import and set-up included; 0 for every function but the API. */
  firstPostMs: number;
}

interface Measured extends Start {
  kb: number;
  readyMs: number;
}

/** Bundle size and time to the first answer of each function in fresh processes, beside a plain bundle of the same source. */
export async function coldStart(): Promise<Section> {
  const folder = await mkdtemp(join(tmpdir(), "bench-"));
  const aws = fork(instantAws);
  try {
    const environment = environmentAt(await urlOf(aws));
    const rows: Row[] = [];
    for (const entry of entries) rows.push({ entry, ...(await measured(entry, folder, environment)) });
    const section = sectionOf(rows);
    return { ...section, text: `${section.text}\n\n${await codeStarts(folder)}` };
  } finally {
    aws.kill();
    await rm(folder, { recursive: true });
  }
}

async function urlOf(server: ChildProcess): Promise<string> {
  const [{ port }] = await once(server, "message");
  return `http://127.0.0.1:${port}`;
}

async function measured(entry: string, folder: string, environment: NodeJS.ProcessEnv) {
  const bundles = { ours: await ours(entry, folder), plain: await plain(entry, folder) };
  const starts: Record<keyof typeof bundles, Start[]> = { ours: [], plain: [] };
  for (let run = 0; run < runs; run++) {
    starts.ours.push(start(entry, bundles.ours.file, environment));
    starts.plain.push(start(entry, bundles.plain.file, environment));
  }
  return {
    ours: { kb: bundles.ours.kb, ...medians(starts.ours) },
    plain: { kb: bundles.plain.kb, ...medians(starts.plain) },
  };
}

async function ours(entry: string, folder: string): Promise<Bundle> {
  const outdir = join(folder, "ours", entry);
  const outputs = await bundle(entry, outdir);
  const bytes = [...loadedAtStart(outputs)].reduce((sum, file) => sum + (outputs[file]?.bytes ?? 0), 0);
  return { file: join(outdir, "index.mjs"), kb: Math.round(bytes / 1024) };
}

/** One minified ES module with everything in it: what esbuild makes of the handler with the same options and nothing else. */
async function plain(entry: string, folder: string): Promise<Bundle> {
  const file = join(folder, "plain", entry, "index.mjs");
  const { metafile } = await build({ ...options, entryPoints: [handlerFile(entry)], outfile: file });
  return { file, kb: Math.round((Object.values(metafile.outputs)[0]?.bytes ?? 0) / 1024) };
}

const start = (entry: string, file: string, env: NodeJS.ProcessEnv): Start =>
  inFreshProcess([starter, entry, file], { env });

function medians(all: readonly Start[]): Omit<Measured, "kb"> {
  const of = (value: (one: Start) => number) => median(all.map(value));
  return {
    importMs: of(({ importMs }) => importMs),
    initMs: of(({ initMs }) => initMs),
    readyMs: of(({ importMs, initMs }) => importMs + initMs),
    cpuMs: of(({ cpuMs }) => cpuMs),
    firstPostMs: of(({ firstPostMs }) => firstPostMs),
  };
}

interface Row {
  entry: string;
  ours: Measured;
  plain: Measured;
}

function sectionOf(rows: readonly Row[]): Section {
  const [{ ours, plain }] = rows as [Row];
  const ratio = ours.readyMs / plain.readyMs;
  return {
    title: "Cold start",
    targets: [
      {
        what: "import and set-up of the API, compared with the plain bundle's",
        target: `${mostRatio} times`,
        measured: `${ratio.toFixed(2)} times`,
        met: ratio <= mostRatio,
      },
    ],
    text: [
      `Medians of ${runs} fresh processes for each bundle, the two by turns. Set-up is the first event, which makes the clients and finds`,
      "nothing to do. The plain bundle is what esbuild makes of the same source with the same options and nothing else: one minified",
      "ES module, the SDK included.\n",
      `On an AWS that answers at once, the API answers a first POST /v1/jobs after ${duration(ours.firstPostMs)}, import and set-up included; as a plain`,
      `bundle after ${duration(plain.firstPostMs)}.\n`,
      table(
        [
          "function",
          "KB at start",
          "import",
          "set-up",
          "both",
          "processor time",
          "plain: KB",
          "plain: both",
          "plain: processor time",
          "ratio of both",
        ],
        rows.map(cellsOf),
      ),
    ].join("\n"),
  };
}

const cellsOf = ({ entry, ours, plain }: Row) => [
  entry,
  ours.kb,
  duration(ours.importMs),
  duration(ours.initMs),
  duration(ours.readyMs),
  duration(ours.cpuMs),
  plain.kb,
  duration(plain.readyMs),
  duration(plain.cpuMs),
  (ours.readyMs / plain.readyMs).toFixed(2),
];
