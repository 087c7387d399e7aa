import { condition, defineSignal, proxyActivities, setHandler } from "@temporalio/workflow";

const { step } = proxyActivities({ startToCloseTimeout: "1 minute" });

export async function inTurn({ steps }) {
  const times = [];
  for (let i = 0; i < steps; i++) times.push(await step());
  return times;
}

export const atOnce = ({ steps }) => Promise.all(Array.from({ length: steps }, () => step()));

const go = defineSignal("go");

export async function signalled() {
  let gone = false;
  setHandler(go, () => {
    gone = true;
  });
  await condition(() => gone, "1h");
  return [await step()];
}
