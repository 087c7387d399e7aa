const lowest = 8;

/** The height of each bar in percent. Durations differ by factors, so their logarithms are compared; what did not run is low. */
export function barHeights(durations: readonly (number | undefined)[]): number[] {
  const known = durations.filter((ms) => ms !== undefined).map((ms) => Math.log(ms + 1));
  const least = Math.min(...known);
  const most = Math.max(...known);
  return durations.map((ms) => {
    if (ms === undefined) return lowest;
    if (most - least < 0.001) return 60;
    return Math.round(25 + ((Math.log(ms + 1) - least) / (most - least)) * 75);
  });
}
