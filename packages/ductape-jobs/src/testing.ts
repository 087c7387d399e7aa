import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ductape } from "ductape-sdk";
import type { Item } from "../../../local/outbox/caught.ts";
import { type Local, startLocal } from "../../../local/runtime/start.ts";
import { defaultCatalog, projectFolder } from "./project-folder.ts";

export {
  after,
  type FakeDecision,
  type FakeEvent,
  type FakeJob,
  type FakeSignal,
  type TestedFeature,
  type TestFeatureOptions,
  testFeature,
} from "../../../lambdas/code/test-feature/test-feature.ts";

/** Something that a job sent: an HTTP call, an e-mail, a text or push message, a webhook, an event on the bus. */
export type Sent = Item;

/** What is sent as one kind. */
export type SentAs<Kind extends Sent["kind"], One = Sent> = One extends { kind: infer Kinds }
  ? Kind extends Kinds
    ? One & { kind: Kind }
    : never
  : never;

export interface TestJobsOptions {
  /**
   * The file of the catalog, which exports `products`.
   * @default "products/index.ts"
   */
  catalog?: string;
  /**
   * Values of the catalog's references, as in `.env.local`: `{ "/shop/backend-url": "local:http/backend" }`. What starts with
   * `local:` is a part of the test system, which records what it receives.
   * @default - those of the file `envFile`
   */
  values?: Readonly<Record<string, string>>;
  /**
   * The file with the values, when `values` is absent.
   * @default ".env.local.example"
   */
  envFile?: string;
  /**
   * Lets jobs call other machines than this one. Otherwise such a call fails its job.
   * @default false
   */
  allowReal?: boolean;
  /**
   * Also runs the recurring jobs that the catalog's `schedules` ask for.
   * @default false
   */
  schedules?: boolean;
  /**
   * Takes each line that a function of the catalog writes, with its job before it.
   * @default - nobody
   */
  output?: (line: string) => void;
}

export interface TestJobs extends AsyncDisposable {
  /** A client of this system: `jobs.ductape.processor.job.schedule({...})`. */
  ductape: Ductape;
  /** The address of its API, for other clients. */
  url: string;
  apiKey: string;
  /** The time of the system, in epoch milliseconds. `Date.now()` of this process is the same while it runs. */
  now(): number;
  /**
   * Moves the time ahead, by a duration (`"30d"`, `"1h30m"`, `"500ms"`) or to a time (epoch milliseconds). Resolves when everything
   * that was due by then is done, each job at its own time.
   */
  advance(by: string | { to: number }): Promise<void>;
  /** What jobs have sent, oldest first: of one kind, or of all. Webhooks and events of the bus only if asked for. */
  sent<Kind extends Sent["kind"]>(kind: Kind): Promise<SentAs<Kind>[]>;
  sent(): Promise<Sent[]>;
  /** Ends the system and deletes its data. `await using jobs = await testJobs()` does so by itself. */
  stop(): Promise<void>;
}

/**
 * The whole system for a test, in this process and one that it starts for the handlers: the same code as on AWS on embedded servers, with
 * a folder of its own for its data and time that can be moved. One at a time in a process, because it moves the clock of the process.
 * Throws an Error with every fault if the catalog is not valid.
 * @example
 * await using jobs = await testJobs();
 * await jobs.ductape.processor.job.dispatch({ product_tag: "shop", env: "dev", event: "remind", input: {}, start_at: inThirtyDays });
 * await jobs.advance("30d");
 * assert.equal((await jobs.sent("http")).length, 1);
 */
export async function testJobs(options: TestJobsOptions = {}): Promise<TestJobs> {
  const project = projectFolder(process.cwd());
  const { catalog = join(project, defaultCatalog), values, schedules = false, allowReal = false, output } = options;
  const { envFile = join(project, ".env.local.example") } = options;
  const folder = await mkdtemp(join(tmpdir(), "ductape-jobs-"));
  const end = async (local?: Local) => {
    await local?.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const local = await startLocal({
      ...{ catalog, schedules, allowReal, values, envFile, dataDir: join(folder, "data"), port: 0 },
      schedulerLateness: () => 0,
      say: () => {},
      ...(output && { output }),
    });
    return testSystem(local, () => end(local));
  } catch (error) {
    await end();
    throw error;
  }
}

function testSystem(local: Local, stop: () => Promise<void>): TestJobs {
  const { url, apiKey } = local;
  async function sent(kind?: Sent["kind"]): Promise<Sent[]> {
    const { items } = (await (await fetch(`${url}/outbox`)).json()) as { items: Sent[] };
    return items.reverse().filter((item) => (kind === undefined ? !isNews(item) : item.kind === kind));
  }
  return {
    ductape: new Ductape({ url, apiKey }),
    url,
    apiKey,
    now: () => Date.now(),
    advance: async (by) => {
      const asked = typeof by === "string" ? { advance: by } : { to: by.to };
      const answer = await fetch(`${url}/local/clock`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(asked),
      });
      const { detail = "The clock did not move.", errors = [] } = (await answer.json()) as Refusal;
      if (!answer.ok)
        throw new Error([detail, ...errors.map((fault) => `${fault.pointer}: ${fault.detail}`)].join(" "));
    },
    sent: sent as TestJobs["sent"],
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

interface Refusal {
  detail?: string;
  errors?: { pointer: string; detail: string }[];
}

const isNews = ({ kind }: Sent) => kind === "event" || kind === "webhook";
