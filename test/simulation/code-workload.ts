import { isFinished } from "../../lambdas/core/job/job.ts";
import { RequestError } from "../../lambdas/core/kernel/request-error.ts";
import { cancel, changeJob, retry } from "../../lambdas/core/operations/change-job.ts";
import { sendSignal } from "../../lambdas/core/operations/send-signal.ts";
import { parseSignal } from "../../lambdas/core/requests/signal-request.ts";
import type { World } from "./adversary.ts";
import { codeWatch } from "./code-rules.ts";
import { codedEvent, isCoded } from "./coded.ts";
import { type Coding, programsOfBundle } from "./coding.ts";
import { canary } from "./observer.ts";
import { goKey } from "./programs.ts";
import { featureRequest, type Request } from "./requests.ts";
import type { System } from "./system.ts";

/** The most calls of a request that cancels a run, retries it, or sends it a message. */
const mostCalls = 100;

/** Runs of code, messages to them, deployments of other code, and people who cancel or retry a run. */
export function codeRuns(
  world: World,
  system: System,
  { create, isChanging }: { create: (request: Request) => Promise<void>; isChanging: boolean },
  coding: Coding,
) {
  const { time, hardship, observer } = world;
  const { random } = coding;
  coding.watch = codeWatch(world, system, coding);

  async function signal(id: string, more = 2): Promise<void> {
    const { services, end } = system.invoke("api", "api of signals");
    const body = { product_tag: "sim", env: "e", signal: "go", key: goKey, payload: { secret: canary }, id };
    const again = () => {
      if (more > 0) time.after(random.int(50, 5000), () => void signal(id, more - 1));
    };
    try {
      await sendSignal(services, parseSignal(body, coding.catalog()));
      if (random.chance(0.3)) again();
    } catch (error) {
      if (!(error instanceof RequestError) || error.code === "UNAVAILABLE") again();
      else observer.violated("code", `a message is refused: ${error.code}`);
    } finally {
      end(mostCalls);
    }
  }

  async function change(what: "cancel" | "retry", id: string, more = 2): Promise<void> {
    const { services, end } = system.invoke(what === "retry" ? "retry" : "change", `${what} of a run of code`);
    try {
      await changeJob(services, id, what === "retry" ? retry(0) : cancel("by request", { isDecided: true }));
      observer.cover(`code: ${what} of a run`);
    } catch (error) {
      const isLost = !(error instanceof RequestError) || error.code === "UNAVAILABLE";
      if (isLost && more > 0) time.after(random.int(50, 5000), () => void change(what, id, more - 1));
    } finally {
      end(mostCalls);
    }
  }

  for (let n = random.int(2, 4); n > 0; n--) {
    time.after(random.int(0, 120_000), () => {
      const input = { program: random.int(0, programsOfBundle - 1), secret: canary };
      const asked = featureRequest(random, hardship, { event: codedEvent, input, key: `program ${n}` });
      void create(random.chance(0.3) ? asked : { ...asked, timeout_ms: 30_000 });
    });
  }
  for (let n = random.int(0, 6); n > 0; n--) {
    const id = `go ${n}`;
    time.after(random.int(0, 300_000), () => void signal(id));
  }
  for (let n = random.int(0, 3); n > 0; n--) {
    time.after(random.int(0, 240_000), () => {
      coding.deploy();
      observer.cover("code: another deployment");
    });
  }
  for (let n = isChanging ? random.int(0, 2) : 0; n > 0; n--) {
    time.after(random.int(0, 240_000), () => {
      const open = system.jobs.all().filter((job) => isCoded(job) && !isFinished(job));
      if (open.length > 0) void change("cancel", random.pick(open).id);
    });
  }
  let retries = isChanging ? random.int(0, 3) : 0;
  system.onWrite(({ before, after }) => {
    const isFailed = after && isCoded(after) && after.status === "failed" && before?.status === "running";
    if (!isFailed || retries-- <= 0) return;
    time.after(random.int(10, 60_000), () => void change("retry", after.id));
  });
}
