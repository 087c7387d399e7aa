import { useState } from "preact/hooks";
import type { Incident } from "../../../../sdk/src/index.ts";
import { ductape } from "../../api/client.ts";
import { apiNow } from "../../api/clock.ts";
import { useCan } from "../../api/me.ts";
import { useChange } from "../../api/use-change.ts";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/dialog.tsx";
import { Select, TextField } from "../../ui/field.tsx";
import { Plain } from "../../ui/plain.tsx";
import { BulkDialog } from "../jobs/bulk-dialog.tsx";
import { actionsFor, type IgnoreDraft, type IncidentAction, ignoreNames, ignoringOf, titleOf } from "./words.ts";

/** Every change that the incident's state and the key allow. */
export function IncidentActions({ incident }: { incident: Incident }) {
  const can = useCan();
  const [asked, ask] = useState<IncidentAction>();
  const [isOfAll, setOfAll] = useState(false);
  if (!can("jobs:write", incident)) return null;
  const { product_tag, env, id, kind } = incident;
  return (
    <>
      {kind === "cause" && id !== otherCauses && <Button onClick={() => setOfAll(true)}>Retry its jobs</Button>}
      {actionsFor(incident).map((action) => (
        <Button key={action.id} onClick={() => ask(action)}>
          {action.label}
        </Button>
      ))}
      {asked && <ConfirmAction action={asked} incident={incident} onClose={() => ask(undefined)} />}
      {isOfAll && (
        <BulkDialog filter={{ product_tag, env, status: "failed", cause: id }} onClose={() => setOfAll(false)} />
      )}
    </>
  );
}

/** The id of the incident in which what has no room among the causes is counted. */
const otherCauses = "other";

interface Props {
  action: IncidentAction;
  incident: Incident;
  onClose: () => void;
}

function ConfirmAction({ action, incident, onClose }: Props) {
  const [draft, setDraft] = useState<IgnoreDraft>({ how: "hour", above: "100" });
  const { product_tag, env, id } = incident;
  const isIgnore = action.id === "ignore";
  const change = useChange(
    async () => {
      const name = { product_tag, env, id };
      if (!isIgnore) return ductape().incidents[action.id === "resolve" ? "resolve" : "reopen"](name);
      return ductape().incidents.ignore(name, ignoringOf(draft, apiNow()));
    },
    () => `${action.done}: ${titleOf(incident)}`,
  );
  return (
    <Confirm
      title={`${action.label} this incident`}
      of={incident}
      confirm={`${action.label} it`}
      busy={change.busy}
      disabled={isIgnore && ignoringOf(draft, apiNow()) === undefined}
      error={change.error}
      onConfirm={() => void change.run().then((worked) => worked && onClose())}
      onClose={onClose}
    >
      <p>
        <strong>
          <Plain text={titleOf(incident)} />
        </strong>
      </p>
      <p class="muted">{action.says}</p>
      {isIgnore && (
        <Select
          label="How long"
          value={draft.how}
          options={ignoreNames}
          onChange={(how) => setDraft({ ...draft, how: how as IgnoreDraft["how"] })}
        />
      )}
      {isIgnore && draft.how === "rate" && (
        <TextField
          label="Failures within an hour"
          value={draft.above}
          note="A whole number from 1"
          onInput={(above) => setDraft({ ...draft, above })}
        />
      )}
    </Confirm>
  );
}
