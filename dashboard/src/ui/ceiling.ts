/** A round number above the largest value, for the axis. */
export function ceilingOf(values: readonly number[]): number {
  const most = Math.max(1, ...values);
  const power = 10 ** Math.floor(Math.log10(most));
  const found = [1, 2, 5, 10].find((factor) => factor * power >= most) ?? 10;
  return found * power;
}
