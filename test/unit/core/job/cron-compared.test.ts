import { differencesAtChanges, differencesFarFromChanges } from "../../../support/cron-compared.ts";

/*
 * A part of what test/integration/cron.test.ts compares. The parts are primes, so that every expression, zone and year is among them.
 */
describe("cron expressions", () => {
  it("fire when another library's do where the clocks do not change", () => {
    const { compared, differences } = differencesFarFromChanges(101);
    expect(differences).toEqual([]);
    expect(compared).toBeGreaterThan(100);
  });

  it("fire on its days by our rules where the clocks change", () => {
    const { compared, differences } = differencesAtChanges(37);
    expect(differences).toEqual([]);
    expect(compared).toBeGreaterThan(200);
  });
});
