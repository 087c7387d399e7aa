/** The position of a job in the order of its phase: by time, then by id, so that no two jobs share a position. */
export interface IndexPosition {
  id: string;
  /** Epoch milliseconds: due_at while pending, finished_at after (`phaseTime`). */
  time: number;
}

export type Order = "asc" | "desc";

export const comparePositions = (order: Order): ((a: IndexPosition, b: IndexPosition) => number) => {
  const sign = order === "asc" ? 1 : -1;
  return (a, b) => sign * (a.time - b.time || (a.id < b.id ? -1 : Number(a.id > b.id)));
};
