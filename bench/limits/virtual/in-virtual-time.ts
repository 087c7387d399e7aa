import { loadGates } from "../../../lambdas/consumers/engine/gates.ts";
import { delivery, model, type Random, seeded } from "../../lateness/model.ts";
import { noon } from "../../support/a-job.ts";
import { requestOf } from "../catalog.ts";
import { type Due, type LineRun, type LineWorldOptions, lineWorld } from "../line-world.ts";
import { memoryGates } from "./memory-gates.ts";
import { memoryJobs } from "./memory-jobs.ts";
import { overANetwork } from "./over-a-network.ts";
import { virtualTime } from "./virtual-time.ts";

/** By then all jobs are scheduled. */
const leadMs = 60_000;
const patienceMs = 3_600_000;

/** How late messages come besides what the model of lateness has, in milliseconds. */
export interface Late {
  jobs: (random: Random) => number;
  ticks: (random: Random) => number;
}

export const prompt: Late = { jobs: () => 0, ticks: () => 0 };

/**
 * Runs jobs under a limit through the API, the consumers and the pump in virtual time, with the model of the part `lateness` for what AWS
 * takes. Gates and jobs are in memory, by the rules of the core.
 */
export async function inVirtualTime(
  options: Pick<LineWorldOptions, "rule" | "takesMs"> & { late?: Late },
  due: readonly Due[],
): Promise<LineRun> {
  const { late = prompt, ...limited } = options;
  // Loaded now: while a file is read, virtual time would go on.
  await loadGates();
  const time = virtualTime(noon);
  const random = seeded(1);
  const calls: Record<string, number> = {};
  const { requestMs } = model;
  const wrapped = <Port extends object>(port: Port, counted = {}) =>
    overANetwork(port, { time, calls: counted, requestMs });
  const gates = memoryGates();
  const world = lineWorld({
    ...limited,
    time,
    jobs: wrapped(memoryJobs()),
    gates: () => wrapped(gates, calls),
    wrapped,
    late: {
      jobs: () => late.jobs(random) + delivery(random),
      ticks: () => late.ticks(random) + delivery(random),
    },
  });
  const from = noon + leadMs;
  const run = async () => {
    await world.schedule(due.map(({ key, offsetMs }) => requestOf("job", key, from + offsetMs)));
    await world.over(due.length, patienceMs);
  };
  await time.until(run());
  world.stop();
  if (world.ran.length !== due.length) throw new Error(`${world.ran.length} of ${due.length} jobs have started`);
  return { ran: world.ran, from, writes: writesOf(calls), messages: world.messages() };
}

const writing = new Set(["take", "release", "drop", "notePeak", "stand", "reserve", "leave", "mark", "keepPump"]);

/** The writes of gates and lines: each of these calls is one, except where another process has changed the item meanwhile. */
const writesOf = (calls: Record<string, number>): number =>
  Object.entries(calls).reduce((sum, [name, times]) => sum + (writing.has(name) ? times : 0), 0);
