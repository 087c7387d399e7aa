import { useState } from "preact/hooks";
import type { Approval } from "../../../../sdk/src/index.ts";
import { noteDecided } from "../../api/approvals.ts";
import { ductape } from "../../api/client.ts";
import { useChange } from "../../api/use-change.ts";
import { Confirm } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { Plain } from "../../ui/plain.tsx";

interface Props {
  approval: Pick<Approval, "id" | "title" | "product_tag" | "env">;
  choice: string;
  onClose: () => void;
}

/** Asks before a decision, which cannot be taken back. */
export function DecideDialog({ approval, choice, onClose }: Props) {
  const [note, setNote] = useState("");
  const change = useChange(
    async () => {
      const trimmed = note.trim();
      await ductape().approvals.decide(approval.id, { choice, ...(trimmed !== "" && { note: trimmed }) });
      noteDecided(approval.id);
    },
    () => `Decided: ${choice}`,
  );
  return (
    <Confirm
      title={`Decide: ${choice}`}
      of={approval}
      confirm={`Decide ${choice}`}
      busy={change.busy}
      error={change.error}
      onConfirm={() => void change.run().then((worked) => worked && onClose())}
      onClose={onClose}
    >
      <p>
        <Plain text={approval.title} />
      </p>
      <p class="muted">The run goes on with it at once. A decision cannot be taken back.</p>
      <TextField label="Note" value={note} note="Optional; kept with the decision" onInput={setNote} />
    </Confirm>
  );
}
