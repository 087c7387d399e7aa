import { useEffect, useRef, useState } from "preact/hooks";
import type { Operation } from "../../../../sdk/src/index.ts";
import { ductape } from "../../api/client.ts";
import { operationOf } from "../../api/operations.ts";
import { usePoll } from "../../api/use-poll.ts";
import { isOver } from "../../operation/states.ts";
import type { BulkOperation } from "./bulk-draft.ts";

export interface Count {
  /** Absent while nothing was counted, or another change was. */
  counted: Operation | undefined;
  busy: boolean;
  error: unknown;
  begin(operation: BulkOperation): Promise<void>;
}

/**
 * Counts the jobs of a change as the change would find them: by an operation that changes none. What is counted no longer, because another
 * action was chosen or the dialog was closed, is stopped: a product has few places for operations.
 */
export function useCount(action: string): Count {
  const [begun, setBegun] = useState<Operation>();
  const [isSending, setSending] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const { data: latest = begun, error } = usePoll(begun && operationOf(begun.operation_id), {
    isFinal: isOver,
    once: isOver,
  });
  const counted = begun?.action === action ? latest : undefined;
  const open = useRef<Operation | undefined>(undefined);
  open.current = begun && latest;
  useEffect(
    () => () => {
      const { current: one } = open;
      // It may have ended meanwhile, and ends by itself too.
      if (one && !isOver(one))
        void ductape()
          .operations.stop(one.operation_id)
          .catch(() => undefined);
      setBegun(undefined);
      setFailure(undefined);
    },
    [action],
  );
  const begin = async (operation: BulkOperation) => {
    setSending(true);
    setFailure(undefined);
    try {
      setBegun(await ductape().operations.start({ ...operation, dry_run: true }));
    } catch (caught) {
      setFailure(caught);
    } finally {
      setSending(false);
    }
  };
  return {
    counted,
    busy: isSending || (counted !== undefined && !isOver(counted)),
    error: failure ?? (counted && !isOver(counted) ? error : undefined),
    begin,
  };
}
