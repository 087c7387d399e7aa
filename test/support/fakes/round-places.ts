import type { RoundPlace, RoundPlaces } from "../../../lambdas/core/ports/round-places.ts";

/** The item of the table, in memory, and how often it was written. */
export function fakeRoundPlaces(): RoundPlaces & { place: () => RoundPlace | undefined; puts: number } {
  let place: RoundPlace | undefined;
  const places = {
    puts: 0,
    place: () => place,
    get: async () => structuredClone(place),
    put: async (next: RoundPlace) => {
      places.puts++;
      place = structuredClone(next);
    },
  };
  return places;
}
