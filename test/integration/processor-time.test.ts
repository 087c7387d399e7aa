import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { tooMuchGrowth } from "../support/costs/processor-time.ts";
import { shapes } from "../support/costs/shapes.ts";
import { type Way, ways } from "../support/costs/ways.ts";

/** An object of very many fields costs more for each of them than a small one does. What is quadratic costs a hundred times as much. */
const most = 30;

const { parse } = ways as { parse: Way };

test("parsing takes time that is linear from 10 KB to 100 KB", async () => {
  const grown = [];
  for (const [name, shape] of shapes) grown.push(await tooMuchGrowth(name, { way: parse, shape, bytes: 10_000, most }));
  expect(grown.filter((one) => one !== undefined)).toEqual([]);
}, 600_000);

test("parsing the largest request takes at most two seconds of the processor", async () => {
  const script = fileURLToPath(new URL("../support/costs/largest.ts", import.meta.url));
  const env = { ...process.env, NODE_OPTIONS: "" };
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", script], { env });
  expect(JSON.parse(stdout)).toEqual([]);
}, 900_000);

/** The shapes that cost the most, and those of which one stood still for minutes. */
const worst = [...shapes.keys()].filter((name) =>
  /flat|prefix|unknown fields|whole size|many fields of a body|a faulty query|address/.test(name),
);

test.each(Object.keys(ways))(
  "%s takes time that is linear in the size of a request",
  async (name) => {
    const way = ways[name] as Way;
    const grown = [];
    for (const shape of worst) {
      const make = shapes.get(shape) as (bytes: number) => unknown;
      grown.push(await tooMuchGrowth(shape, { way, shape: make, bytes: 40_000, most }));
    }
    expect(grown.filter((one) => one !== undefined)).toEqual([]);
  },
  600_000,
);
