import { delivery, type Random, seeded } from "../../lateness/model.ts";
import { noon } from "../../support/a-job.ts";
import { requestOf } from "../catalog.ts";
import { type Due, type LineRun, type LineWorldOptions, lineWorld } from "../line-world.ts";
import { memoryGates, type StoredGates } from "./memory-gates.ts";
import { memoryJobs } from "./memory-jobs.ts";
import { overANetwork } from "./over-a-network.ts";
import { virtualTime } from "./virtual-time.ts";

/** By then all jobs are scheduled. */
const leadMs = 60_000;
const patienceMs = 3_600_000;

/** No two requests take equally long: those of processes that began together would meet at no item otherwise. */
export const requestTimes = { leastMs: 2, meanMoreMs: 3 };
const requestMs = (random: Random): number => requestTimes.leastMs - requestTimes.meanMoreMs * Math.log(1 - random());

/** How late messages come besides what the model of lateness has, in milliseconds. */
export interface Late {
  jobs: (random: Random) => number;
  ticks: (random: Random) => number;
}

const prompt: Late = { jobs: () => 0, ticks: () => 0 };

/**
 * Runs jobs under a limit through the API, the consumers and the pump in virtual time, with the model of the part `lateness` for what
 * the queues take. Gates and jobs are in memory, by the rules of the core.
 */
export async function inVirtualTime(
  options: Pick<LineWorldOptions, "rule" | "takesMs"> & { late?: Late },
  due: readonly Due[],
): Promise<LineRun> {
  const { late = prompt, ...limited } = options;
  const time = virtualTime(noon);
  const random = seeded(1);
  const requests = { read: 0, write: 0 };
  const wait = () => time.sleep(requestMs(random));
  const request = (kind: "read" | "write") => {
    requests[kind]++;
    return wait();
  };
  const gates: StoredGates = new Map();
  const world = lineWorld({
    ...limited,
    time,
    jobs: overANetwork(memoryJobs(), wait),
    gates: () => memoryGates(gates, request),
    wrapped: (port) => overANetwork(port, wait),
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
  return { ran: world.ran, from, writes: requests.write, messages: world.messages() };
}
