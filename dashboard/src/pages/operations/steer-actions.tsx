import { useState } from "preact/hooks";
import type { Operation } from "../../../../sdk/src/index.ts";
import { ductape } from "../../api/client.ts";
import { useCan } from "../../api/me.ts";
import { useChange } from "../../api/use-change.ts";
import { mostPerSecond, wholeOf } from "../../operation/states.ts";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { type Steer, steersFor, titleOf } from "./words.ts";

/** What can be done with an operation in its state, by this key: as for a change of one job, in each of its envs. */
export function SteerActions({ operation }: { operation: Operation }) {
  const can = useCan();
  const [asked, ask] = useState<Steer>();
  const { action, product_tag, envs } = operation;
  const verb = action === "count" ? "jobs:read" : "jobs:write";
  if (!envs.every((env) => can(verb, { product_tag, env }))) return null;
  return (
    <>
      {steersFor(operation).map((steer) => (
        <Button key={steer.id} tone={steer.danger ? "danger" : "plain"} onClick={() => ask(steer)}>
          {steer.label}
        </Button>
      ))}
      {asked && <ConfirmSteer steer={asked} operation={operation} onClose={() => ask(undefined)} />}
    </>
  );
}

interface Props {
  steer: Steer;
  operation: Operation;
  onClose: () => void;
}

function ConfirmSteer({ steer, operation, onClose }: Props) {
  const [rate, setRate] = useState(String(operation.rate_per_second));
  const { operation_id: id, product_tag, envs } = operation;
  const isRate = steer.id === "rate";
  const perSecond = wholeOf(rate, 1, mostPerSecond);
  const change = useChange(
    () => {
      const { operations } = ductape();
      return steer.id === "rate" ? operations.setRate(id, perSecond ?? 0) : operations[steer.id](id);
    },
    () => `${steer.done}: ${titleOf(operation)}`,
  );
  return (
    <Confirm
      title={isRate ? "Change the rate of this operation" : `${steer.label} this operation`}
      of={envs.map((env) => ({ product_tag, env }))}
      confirm={isRate ? steer.label : `${steer.label} it`}
      danger={steer.danger ?? false}
      busy={change.busy}
      disabled={isRate && perSecond === undefined}
      error={change.error}
      onConfirm={() => void change.run().then((worked) => worked && onClose())}
      onClose={onClose}
    >
      <p>
        <strong>{titleOf(operation)}</strong>
      </p>
      <p class="muted">{steer.says(operation)}</p>
      {isRate && (
        <TextField
          label="Jobs per second at most"
          value={rate}
          note={`A whole number from 1 to ${mostPerSecond}`}
          onInput={setRate}
        />
      )}
    </Confirm>
  );
}
