import { expect, test } from "@jest/globals";
import { mostNoted, notedWaits } from "../../../../../lambdas/consumers/types/feature/noted-waits.ts";
import type { StepStates } from "../../../../../lambdas/consumers/types/feature/step-state.ts";
import { noon } from "../../../../support/builders.ts";

test("a run that takes thousands of messages in one decision notes so many that its job stays an item of the table", () => {
  const key = "k".repeat(256);
  const states: StepStates = Object.fromEntries(
    Array.from({ length: 3000 }, (_, i) => [
      `main.wait-${i}`,
      {
        status: "completed",
        started_at: noon,
        until: noon + 1000,
        waits_for: Array.from({ length: 5 }, (_, at) => ({ signal: `signal-${at}`, key })),
        received: { signal: "signal-0", id: `sig-${i}`, at: noon + i },
      },
    ]),
  );
  const noted = notedWaits(states, {});
  expect(noted.length).toBe(mostNoted.received);
  expect(noted[0]).toMatchObject({ step: "main.wait-0", received: { id: "sig-0" } });
  expect(JSON.stringify(noted).length).toBeLessThan(150_000);
});
