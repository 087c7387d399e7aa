import type { World } from "./adversary.ts";
import { alarming } from "./alarming.ts";
import { approving } from "./approving.ts";
import { callers } from "./callers.ts";
import { changes } from "./changes.ts";
import { codeRuns } from "./code-workload.ts";
import { editing } from "./editing.ts";
import { listing } from "./for-each.ts";
import { watchIdleSlots } from "./idle-slots.ts";
import type { Ledger } from "./ledger.ts";
import { limitedRequests } from "./limited.ts";
import { lineRequests } from "./line-requests.ts";
import { pausers } from "./pausers.ts";
import { askAgainAndAgain } from "./remembered.ts";
import { type Sharing, sharing } from "./sharing.ts";
import { signalling } from "./signalling.ts";
import { signedRequest } from "./signed.ts";
import { spareRequest } from "./spares.ts";
import type { System } from "./system.ts";
import { undoing } from "./undoing.ts";

interface Wanted {
  isChanging: boolean;
  /** The randomness of requests that share jobs by keys, if there are any. */
  sharing: Sharing | undefined;
}

/**
 * Makes random requests over the first minutes and changes over the first half hour. Returns the ids of jobs with a receipt.
 */
export function workload(world: World, ledger: Ledger, system: System, wanted: Wanted): Set<string> {
  const { isChanging } = wanted;
  const { time, random } = world;
  const { accepted, request, createMany, askAgain, promise, create } = callers(world, ledger, system, !isChanging);
  const { one, many } = changes(world, ledger, system, askAgain);
  const at = (ms: number, happen: () => unknown) => time.after(ms, () => void happen());

  for (let i = random.int(2, 5); i > 0; i--) at(random.int(0, 300_000), request);
  if (random.chance(0.25)) at(random.int(0, 300_000), createMany);
  const crowdAt = world.limited?.int(0, 60_000) ?? 0;
  if (world.limited)
    at(crowdAt, () => {
      for (const asked of limitedRequests(world)) void create(asked);
    });
  if (world.limited && !isChanging) watchIdleSlots(world, system);
  lineRequests(world, system, create);
  const { spares } = world;
  for (let i = spares?.int(4, 10) ?? 0; i > 0 && spares; i--)
    at(spares.int(0, 120_000), () => create(spareRequest(world, spares)));
  const { signed } = world;
  for (let i = signed?.int(4, 10) ?? 0; i > 0 && signed; i--)
    at(signed.int(0, 120_000), () => create(signedRequest(world, signed)));
  if (world.signalled) signalling(world, system, create, world.signalled);
  if (world.approving) approving(world, system, ledger, { create, isChanging }, world.approving);
  if (world.edits) editing(world, system, { create, isChanging }, world.edits);
  if (world.coding) codeRuns(world, system, { create, isChanging }, world.coding);
  if (world.alarms) alarming(world, system, create, world.alarms);
  if (world.undone) undoing(world, system, { create, isChanging }, world.undone);
  if (world.listed) listing(world, system, create, world.listed);
  if (world.remembered) askAgainAndAgain(world, { ledger, system, create }, world.remembered);
  if (isChanging) {
    for (let i = random.int(0, 8); i > 0; i--) at(random.int(1000, 1_800_000), one);
    if (random.chance(0.15)) at(random.int(1000, 1_800_000), many);
  }
  const { pause, endAll } = pausers(world, system);
  const { random: chance, isOn } = world.pausing;
  if (isOn) for (let i = chance.int(1, 3); i > 0; i--) at(chance.int(0, 900_000), pause);
  // While the crowd passes its gates.
  if (isOn && world.limited) for (let i = 3; i > 0; i--) at(crowdAt + chance.int(0, 30_000), pause);
  // Long after the last of them was to end.
  if (isOn) at(2_400_000, endAll);
  if (wanted.sharing) sharing(world, ledger, system, promise, wanted.sharing);
  return accepted;
}
