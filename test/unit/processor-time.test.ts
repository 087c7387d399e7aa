import { tooMuchGrowth, tooMuchTime } from "../support/costs/processor-time.ts";
import { type Shape, shapes } from "../support/costs/shapes.ts";
import { ways } from "../support/costs/ways.ts";

/*
 * The processor's time for a request grows as its size does, whatever it is large in: one sender must not hold up all others.
 * `test/integration/processor-time.test.ts` does the same with requests of the largest size.
 */

const { parse } = ways as { parse: (body: unknown) => Promise<boolean> };
const bytes = 10_000;

/** What every way in does before and after a request is parsed is tried with few shapes; the integration test has all of them. */
const everywhere = ["an action: a flat input", "unknown fields near known ones", "an action: a name of the whole size"];

const shapeOf = (name: string): Shape => {
  const shape = shapes.get(name);
  if (!shape) throw new Error(`there is no shape "${name}"`);
  return shape;
};

test.each(Object.keys(ways))(
  "%s takes time that is linear in the size of a request",
  async (name) => {
    const way = ways[name] as (body: unknown) => Promise<boolean>;
    const grown = [];
    for (const shape of everywhere) grown.push(await tooMuchGrowth(shape, { way, shape: shapeOf(shape), bytes }));
    expect(grown.filter((one) => one !== undefined)).toEqual([]);
  },
  60_000,
);

test("a flat input of 10,000 fields is accepted, and a wider one is refused", async () => {
  const flat = (count: number) => ({
    ...{ product_tag: "my-product", env: "prd", event: "create_order" },
    input: Object.fromEntries(Array.from({ length: count }, (_, i) => [`f${i}`, 1])),
  });
  expect(await parse(flat(10_000))).toBe(true);
  expect(await parse(flat(10_001))).toBe(false);
  expect(await tooMuchTime("10,000 fields", { way: parse, shape: flat, bytes: 10_000, mostMs: 400 })).toBeUndefined();
});
