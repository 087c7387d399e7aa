import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "preact/hooks";
import type { Explanation } from "../../../../sdk/src/answers.ts";
import { type Fault, InvalidRequestError, NotFoundError } from "../../../../sdk/src/errors.ts";
import { defineQuery } from "../../api/define-query.ts";
import { request } from "../../api/request.ts";
import { parseKeeping } from "./exact.ts";

/** Long enough for a person to go on typing. */
const pauseMs = 350;

export interface Explained {
  explanation: Explanation | undefined;
  faults: Fault[];
  /** An error that is not about the request, such as an API that is down. */
  error: unknown;
  /** What is shown is about an earlier request. */
  stale: boolean;
}

/** What the API says that a request would do, or what is wrong with it. Asked shortly after the last change. */
export function useExplain(body: object | undefined): Explained {
  const text = body === undefined ? "" : JSON.stringify(body);
  const settled = useSettled(text);
  const { data, error, isPlaceholderData } = useQuery({
    ...explained(settled),
    enabled: settled !== "",
    placeholderData: (before: Answer | undefined) => before,
    staleTime: 5_000,
  });
  const stale = isPlaceholderData || settled !== text;
  return { explanation: data?.explanation, faults: data?.faults ?? [], error, stale };
}

interface Answer {
  explanation?: Explanation;
  faults: Fault[];
}

const explained = defineQuery("explain", async (text: string): Promise<Answer> => {
  try {
    return {
      explanation: await request<Explanation>("/v1/explain", { method: "POST", body: parseKeeping(text) }),
      faults: [],
    };
  } catch (error) {
    const isFault = error instanceof InvalidRequestError || error instanceof NotFoundError;
    if (!isFault || error.errors.length === 0) throw error;
    return { faults: error.errors };
  }
});

function useSettled(value: string): string {
  const [settled, settle] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => settle(value), pauseMs);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
