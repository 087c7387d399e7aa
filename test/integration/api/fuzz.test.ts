import { fuzz } from "../../fuzz/fuzz.ts";
import { startRealWorld } from "../../fuzz/real-world.ts";

let real: Awaited<ReturnType<typeof startRealWorld>>;
beforeAll(async () => {
  real = await startRealWorld();
}, 60_000);
afterAll(() => real?.stop());

test("400 generated requests find nothing on the AWS adapters either", async () => {
  expect((await fuzz(400, 5, real.newWorld)).found).toEqual([]);
}, 60_000);
