import { Select } from "../../ui/field.tsx";
import type { Draft } from "./draft.ts";
import { type DraftProps, draftText } from "./draft-text.tsx";

const ways = [
  ["", "As its event says"],
  ["debounce", "Run once for requests that follow each other"],
  ["unique", "Only one open job per key"],
] as const;

const policies = [
  ["", "As its event says, else keep the open job"],
  ["skip", "Keep the open job"],
  ["replace", "Replace it while it waits"],
  ["cancel_running", "Replace it even if it runs"],
] as const;

/** Whether the request shares its job with others of the same key, and how. */
export function ShareFields({ draft, faults, onChange }: DraftProps) {
  const { share } = draft;
  const text = draftText({ draft, faults, onChange });
  return (
    <>
      <div class="field-pair">
        <Select
          label="Share a job"
          value={share}
          options={ways}
          onChange={(way) => onChange({ share: way as Draft["share"] })}
        />
        {share !== "" && text("Key of the shared job", "shareKey", `/${share}/key`, "Empty: that of its event")}
      </div>
      {share === "debounce" && (
        <div class="field-pair">
          {text("Delay", "delay", "/debounce/delay", "After the last request, such as 30s. Empty: that of its event")}
          {text("Longest wait", "maxWait", "/debounce/max_wait", "After the first request, such as 5m")}
        </div>
      )}
      {share === "unique" && (
        <Select
          label="While one is open"
          value={draft.onConflict}
          options={policies}
          onChange={(policy) => onChange({ onConflict: policy as Draft["onConflict"] })}
        />
      )}
    </>
  );
}
