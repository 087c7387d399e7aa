import { useState } from "preact/hooks";
import { NotFoundError } from "../../../../sdk/src/errors.ts";
import type { JobRun } from "../../../../sdk/src/index.ts";
import { query } from "../../api/request.ts";
import { JobStatusBadge } from "../../job/status-badge.tsx";
import { Tag } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { CopyText } from "../../ui/copy-button.tsx";
import { ErrorBanner } from "../../ui/error-banner.tsx";
import { Select, TextField } from "../../ui/field.tsx";
import { Link } from "../../ui/link.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Plain } from "../../ui/plain.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import type { Side } from "./use-side.ts";

interface Props {
  side: Side;
  /** Why no job was chosen for this side. */
  note: string | undefined;
  /** A job for this side is being looked for. */
  isLooking: boolean;
  onChoose: (id: string, run: string) => void;
}

const titles = { left: "Left", right: "Right" } as const;

/** Which job is compared, or a field for the id of another one. */
export function SideCard({ side, note, isLooking, onChoose }: Props) {
  const [isOpen, setOpen] = useState(false);
  const { id, job, runs, error } = side;
  const asks = isOpen || (id === "" && !isLooking);
  return (
    <Panel
      title={titles[side.name]}
      class="compare-side"
      actions={
        id !== "" && (
          <Button tone="quiet" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            Another job
          </Button>
        )
      }
    >
      <div class="panel-body compare-card">
        {isLooking && <Skeleton lines={2} />}
        {id !== "" &&
          (job ? <Which side={side} /> : error ? <Missing id={id} error={error} /> : <Skeleton lines={2} />)}
        {job?.recurring && runs.length > 0 && (
          <Select
            label="Run"
            value={String(job.run)}
            options={runs.map((run) => [String(run.run), runText(run)] as const)}
            onChange={(run) => onChoose(id, run)}
          />
        )}
        {note !== undefined && <p class="muted">{note}</p>}
        {asks && (
          <Another
            of={titles[side.name]}
            onChoose={(other) => {
              setOpen(false);
              onChoose(other, "");
            }}
          />
        )}
      </div>
    </Panel>
  );
}

const runText = ({ run, status }: JobRun) => `${run}, ${status}`;

const Which = ({ side: { id, job } }: { side: Side }) =>
  job ? (
    <>
      <p class="compare-event">
        <Link href={`/jobs/${id}${query({ product: job.product_tag, env: job.env })}`}>
          <Plain text={job.event} />
        </Link>
      </p>
      <p class="row">
        <JobStatusBadge job={job} />
        <span>
          {job.product_tag} <span class="compare-env">{job.env}</span>
        </span>
        {job.recurring && <Tag>series</Tag>}
      </p>
      <CopyText text={id} label="Copy the id" />
    </>
  ) : null;

const Missing = ({ id, error }: { id: string; error: unknown }) =>
  error instanceof NotFoundError ? (
    <p>
      There is no such job: <code>{<Plain text={id} />}</code> was deleted, has passed its retention, or is not for this
      key.
    </p>
  ) : (
    <ErrorBanner error={error} />
  );

/** An id may be pasted with what is around it, such as the address of its page. */
const idIn = (text: string): string | undefined => /job_[0-9a-f]{32}/.exec(text)?.[0];

function Another({ of, onChoose }: { of: string; onChoose: (id: string) => void }) {
  const [text, setText] = useState("");
  const id = idIn(text);
  return (
    <form
      class="compare-another"
      onSubmit={(event) => {
        event.preventDefault();
        if (id !== undefined) onChoose(id);
      }}
    >
      <TextField
        label={`Id of the job at the ${of.toLowerCase()}`}
        value={text}
        placeholder="job_…"
        onInput={setText}
        note={
          text !== "" && id === undefined
            ? "An id is job_ and 32 digits from 0 to f. The address of its page does too."
            : undefined
        }
      />
      <Button type="submit" disabled={id === undefined}>
        Compare
      </Button>
    </form>
  );
}
