import { useEffect, useRef, useState } from "preact/hooks";
import { defineQuery } from "../../api/define-query.ts";
import { LocalError, localRequest } from "../../api/local-request.ts";
import { usePoll, useRefresh } from "../../api/use-poll.ts";
import type { ClockState, Move, Moved } from "./moves.ts";

const watchMs = 250;

export interface Clock {
  /** The system's time now, kept current; undefined until it is known. */
  now: number | undefined;
  offsetMs: number;
  moving: Move | undefined;
  /** From where the clock began to move. */
  from: number | undefined;
  last: Moved | undefined;
  error: string | undefined;
  move: (move: Move) => Promise<void>;
  stop: () => void;
}

/** The local clock: it is asked often while it moves, so that one sees it pass the days. */
export function useClock(): Clock {
  const { data, refetch } = usePoll(clockReading());
  const [moving, setMoving] = useState<Move>();
  const [from, setFrom] = useState<number>();
  const [last, setLast] = useState<Moved>();
  const [error, setError] = useState<string>();
  const abort = useRef<AbortController | undefined>(undefined);
  const refresh = useRefresh();
  const now = useTicking(data);
  useEffect(() => {
    if (!moving) return;
    const timer = setInterval(() => void refetch({ cancelRefetch: false }), watchMs);
    return () => clearInterval(timer);
  }, [moving, refetch]);
  useEffect(() => () => abort.current?.abort(), []);
  const move = async (wanted: Move) => {
    abort.current = new AbortController();
    setMoving(wanted);
    setFrom(now);
    setError(undefined);
    try {
      setLast(await post(wanted, abort.current.signal));
    } catch (failure) {
      setLast(undefined);
      setError(said(failure));
    } finally {
      setMoving(undefined);
      await refresh();
    }
  };
  return {
    now,
    offsetMs: data?.state.offset_ms ?? 0,
    moving,
    from,
    last,
    error,
    move,
    stop: () => abort.current?.abort(),
  };
}

interface Reading {
  state: ClockState;
  /** When it was read, by this page's stopwatch. */
  at: number;
}

const clockReading = defineQuery(
  "clock",
  async (): Promise<Reading> => ({
    state: await localRequest<ClockState>("/local/clock"),
    at: performance.now(),
  }),
);

const post = (move: Move, signal: AbortSignal) =>
  localRequest<Moved>("/local/clock", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(move),
    signal,
  });

function said(failure: unknown): string | undefined {
  if (failure instanceof DOMException && failure.name === "AbortError") return undefined;
  return failure instanceof LocalError ? failure.message : "The local system does not answer.";
}

const tickMs = 250;

function useTicking(reading: Reading | undefined): number | undefined {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), tickMs);
    return () => clearInterval(timer);
  }, []);
  return reading && reading.state.now + (performance.now() - reading.at);
}
