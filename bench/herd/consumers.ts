import { Events, limited } from "./events.ts";
import { assumed, type Deployment, quotas } from "./quotas.ts";

/** Longer than AWS waits for a batch of 10 messages, which it does not gather. */
const windowMs = 1000;

/** The kinds of events; a claim and an outcome add the number of their job, times `kinds`. */
const kinds = 4;
const [pollerIsFree, pollerIsAdded, claim, outcome] = [0, 1, 2, 3];

/**
 * When each job of a herd starts, given when its messages are visible (in order): event sources read them in batches, as many at a
 * time as Lambda allows by then, and consumers hold early ones until `dueAt`. The table and its index take so many writes per second.
 */
export function startsOf(
  visible: Float64Array,
  dueAt: number,
  deployment: Deployment,
  executionMs: number,
): Float64Array {
  const { batchSize, memoryMb, indexShards, tableWrites } = deployment;
  const { first, most, poll } = pollersOf(deployment);
  const cpu = Math.max(1, assumed.oneProcessorMb / memoryMb);
  const table = limited(tableWrites);
  // An outcome takes its job out of one partition of the index and puts it into another: each shard has one of both.
  const index = limited(indexShards * quotas.keyWrites);
  const starts = new Float64Array(visible.length);
  const batchOf = new Int32Array(visible.length);
  const batches: { left: number; end: number }[] = [];
  const events = new Events();
  let [next, added, isAdding] = [0, first, false];

  const isWaiting = (time: number) => next < visible.length && (visible[next] as number) <= time;
  const addMore = (time: number) => {
    isAdding = added < most && isWaiting(time);
    if (isAdding) events.push(time + 1000 / quotas.moreBatches, pollerIsAdded);
  };
  function receive(time: number) {
    if (next >= visible.length) return;
    if (!isWaiting(time)) return events.push(visible[next] as number, pollerIsFree);
    const closes = batchSize > quotas.messagesPerPoll ? time + windowMs : time;
    const begin = next;
    let received = time;
    for (; next < visible.length && next - begin < batchSize && (visible[next] as number) <= closes; next++) {
      received = poll(Math.max(received, visible[next] as number));
      batchOf[next] = batches.length;
    }
    const from = Math.max(received + assumed.deliveryMs, dueAt);
    const size = next - begin;
    batches.push({ left: size, end: from + size * (assumed.claimCpuMs + assumed.outcomeCpuMs) * cpu });
    for (let i = 0; i < size; i++) events.push(from + i * assumed.claimCpuMs * cpu, claim + kinds * (begin + i));
    if (!isAdding) addMore(time);
  }
  function end(time: number, job: number) {
    const batch = batches[batchOf[job] as number] as { left: number; end: number };
    batch.end = Math.max(batch.end, time);
    if (--batch.left === 0) events.push(batch.end, pollerIsFree);
  }

  const begin = (visible[0] ?? dueAt) - 1;
  for (let i = 0; i < first; i++) events.push(begin, pollerIsFree);
  while (!events.isEmpty) {
    const { time, what } = events.pop();
    const job = Math.floor(what / kinds);
    const kind = what % kinds;
    if (kind === pollerIsFree) receive(time);
    else if (kind === pollerIsAdded) {
      added++;
      receive(time);
      addMore(time);
    } else if (kind === claim) {
      starts[job] = table(time) + assumed.requestMs;
      events.push((starts[job] as number) + executionMs + assumed.outcomeCpuMs * cpu, outcome + kinds * job);
    } else end(index(table(time)) + assumed.requestMs, job);
  }
  return starts;
}

/** How many batches are read at a time, at first and at most, and how fast messages are received. */
function pollersOf({ maxConcurrency, pollers, firstBatches = quotas.firstBatches }: Deployment) {
  if (pollers === undefined) {
    const first = Math.min(maxConcurrency, firstBatches);
    return { first, most: maxConcurrency, poll: limited(Number.POSITIVE_INFINITY) };
  }
  const most = Math.max(pollers * quotas.batchesPerPoller, maxConcurrency);
  const perSecond = pollers * quotas.pollsPerPoller * quotas.messagesPerPoll;
  return { first: pollers * quotas.batchesPerPoller, most, poll: limited(perSecond) };
}
