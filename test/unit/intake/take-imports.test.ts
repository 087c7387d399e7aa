import { expect, test } from "@jest/globals";
import { operationMessageOf } from "../../../lambdas/core/job/operation.ts";
import { takeImports } from "../../../lambdas/intake/import/take-imports.ts";
import { noon } from "../../support/builders.ts";
import { intakeServices } from "../../support/intake/services.ts";
import { failedJob, operating, place } from "../../support/operating.ts";

test("the queue of imports takes the turns of operations", async () => {
  const w = operating([failedJob(1), failedJob(2)]);
  const services = { ...intakeServices(), ...w.services };
  const operation = await w.begin({ action: "count", filter: { ...place, status: "failed" } });
  const messages = [
    { id: "m1", body: JSON.stringify(operationMessageOf(operation)), sentAt: noon },
    { id: "m2", body: JSON.stringify({ ...operationMessageOf(operation), v: 2 }), sentAt: noon },
    { id: "m3", body: "?", sentAt: noon },
  ];
  // What this version cannot read waits for one that can.
  expect(await takeImports(services, messages, noon + 40_000)).toEqual(["m2", "m3"]);
  expect(await w.get(operation.id)).toMatchObject({ state: "done", list: [{ count: 2 }] });
});
