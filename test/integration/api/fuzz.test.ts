import { fuzz } from "../../fuzz/fuzz.ts";
import { startRealWorld } from "../../fuzz/real-world.ts";

let real: Awaited<ReturnType<typeof startRealWorld>>;
beforeAll(async () => {
  real = await startRealWorld();
}, 60_000);
afterAll(() => real?.stop());

test("the AWS adapters serve 400 generated requests as documented", async () => {
  expect((await fuzz(400, 5, real.newWorld)).found).toEqual([]);
}, 60_000);
