import { differencesAtChanges, differencesFarFromChanges } from "../../../support/cron-compared.ts";

/*
 * A part of what test/integration/cron.test.ts compares. The parts are primes, so that every expression, zone and year is among them.
 */
describe("the times of cron expressions", () => {
  it("are those of another library where the clocks do not change", () => {
    const { compared, differences } = differencesFarFromChanges(101);
    expect(differences).toEqual([]);
    expect(compared).toBeGreaterThan(100);
  });

  it("are those of its calendar by our rules where they change", () => {
    const { compared, differences } = differencesAtChanges(37);
    expect(differences).toEqual([]);
    expect(compared).toBeGreaterThan(200);
  });
});
