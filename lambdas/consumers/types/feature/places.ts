import type { ListPart } from "../../../core/job/job.ts";

/*
 * The places in the list of a step that its undos have, which come in another order and with gaps: as ranges, since nearly all of them
 * follow each other.
 */

/** From the first place that is undone to the last: `[249, 0]`. */
export type Places = [number, number][];

/** Adds the next place, which is below all others. */
export function addPlace(places: Places, place: number): void {
  const last = places.at(-1);
  if (last && last[1] === place + 1) last[1] = place;
  else places.push([place, place]);
}

/** The places of a part of the undos. */
export function placesIn(places: Places, { from, items }: Pick<ListPart, "from" | "items">): Places {
  let before = 0;
  return places.flatMap(([first, last]): Places => {
    const many = first - last + 1;
    const [start, end] = [Math.max(0, from - before), Math.min(many, from + items - before)];
    before += many;
    return start < end ? [[first - start, first - end + 1]] : [];
  });
}

/** The place of one of the undos, counted from 0. */
export const placeAt = (places: Places, at: number): number | undefined =>
  placesIn(places, { from: at, items: 1 })[0]?.[0];
