import { jest } from "@jest/globals";
import { localIso } from "../../../../lambdas/core/queries/zone.ts";
import { noon } from "../../../support/builders.ts";

/** How many formats are made while `work` runs: they are what costs time and memory. */
function made(work: () => void): number {
  const format = jest.spyOn(Intl, "DateTimeFormat");
  try {
    work();
    return format.mock.calls.length;
  } finally {
    format.mockRestore();
  }
}

it("a time zone is looked up once, however it is spelled", () => {
  const spellings = ["Europe/Berlin", "europe/berlin", "EUROPE/BERLIN", "eUrOpE/bErLiN"];
  let times: string[] = [];
  const count = made(() => {
    times = spellings.map((tz) => localIso(noon, tz));
  });
  expect(new Set(times)).toEqual(new Set(["2030-01-01T13:00:00.000+01:00"]));
  expect(count).toBeLessThanOrEqual(1);
});

it("only so many time zones are kept", () => {
  const offsets = Array.from(
    { length: 150 },
    (_, i) => `+${String(Math.floor(i / 60)).padStart(2, "0")}:${String(i % 60).padStart(2, "0")}`,
  );
  for (const tz of offsets) localIso(noon, tz);
  expect(made(() => localIso(noon, offsets.at(-1) as string))).toBe(0);
  expect(made(() => localIso(noon, offsets[0] as string))).toBe(1);
});
