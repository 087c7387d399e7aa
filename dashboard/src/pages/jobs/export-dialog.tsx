import type { ComponentChildren } from "preact";
import type { JobQuery } from "../../../../sdk/src/index.ts";
import { isDown } from "../../api/query-client.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { ErrorBanner } from "../../ui/error-banner.tsx";
import { count, plural } from "../../ui/format.ts";
import { Time } from "../../ui/time.tsx";
import { type ExportFormat, formatNames } from "./export-file.ts";
import { missingFrom, mostExported } from "./export-read.ts";
import { FilterWords } from "./filter-words.tsx";
import { type Export, useExport } from "./use-export.ts";

interface Props {
  format: ExportFormat;
  query: JobQuery;
  /** The columns that are shown. */
  columns: readonly string[];
  onClose: () => void;
}

/** Reads what the list selects into a file, and says how far that has come and what the file lacks. */
export function ExportDialog({ format, query, columns, onClose }: Props) {
  const made = useExport({ format, query, columns });
  return (
    <Dialog
      title={`Download jobs as ${formatNames[format]}`}
      onClose={onClose}
      footer={<Buttons made={made} onClose={onClose} />}
    >
      <FilterWords filter={query} />
      {made.end === undefined && made.error === undefined && <Reading made={made} />}
      <Outcome made={made} query={query} />
      <p class="muted">
        {format === "csv"
          ? "Times are in UTC and lengths in milliseconds. Where a spreadsheet would run a text as a formula, an apostrophe stands before it."
          : "Each line is a job as the API lists it. Times are milliseconds since 1970."}
      </p>
    </Dialog>
  );
}

function Reading({ made: { read } }: { made: Export }) {
  const { jobs, searched, lookedBackTo } = read;
  return (
    <div class="export-reading">
      <p class="bulk-count">
        <strong class="num">{count(jobs.length)}</strong> {jobs.length === 1 ? "job" : "jobs"} read
        {searched > jobs.length && ` of ${count(searched)} that were looked at`}
        {lookedBackTo !== undefined && (
          <>
            , up to <Time at={lookedBackTo} />
          </>
        )}
      </p>
      <progress aria-label="Reading the jobs" />
    </div>
  );
}

/** What is in the file, what is missing in it, and what went wrong. */
function Outcome({ made, query }: { made: Export; query: JobQuery }) {
  const { read, end, error, file } = made;
  const found = plural(read.jobs.length, "job");
  if (error !== undefined)
    return (
      <>
        {isDown(error) ? (
          <div class="banner banner-bad" role="alert">
            <p>The API does not answer.</p>
          </div>
        ) : (
          <ErrorBanner error={error} />
        )}
        {end === undefined && (
          <Missing made={made} query={query}>
            {read.jobs.length === 0 ? "No job was read." : `${found} had been read before.`}
          </Missing>
        )}
      </>
    );
  return (
    <div role="status">
      {end === "all" && (
        <p>{read.jobs.length === 0 ? "No job matches, so there is no file." : `That is all: ${found}.`}</p>
      )}
      {end === "full" && (
        <Missing made={made} query={query}>
          {`A file has ${count(mostExported)} jobs at most, and there are more.`}
        </Missing>
      )}
      {end === "stopped" && (
        <Missing made={made} query={query}>
          {`Stopped after ${found}.`}
        </Missing>
      )}
      {end === "few" && (
        <Missing made={made} query={query}>
          {`Stopped, since of the ${count(read.searched)} jobs that were looked at only ${count(read.jobs.length)} matched, and none of the last.`}
        </Missing>
      )}
      {file && (
        <p class="export-file">
          Saved as <code>{file.name}</code>
        </p>
      )}
    </div>
  );
}

interface MissingProps {
  made: Export;
  query: JobQuery;
  /** Why reading ended. */
  children: ComponentChildren;
}

/** Why a file is not whole, and from which time on jobs are missing in it. */
function Missing({ made: { read, end }, query, children }: MissingProps) {
  const at = missingFrom(read, query);
  const isBack = query.order !== "asc";
  return (
    <div class="banner banner-warn">
      <p>{children}</p>
      {at !== undefined && (
        <p>
          Those {isBack ? "before" : "after"} <Time at={at} precision="ms" /> are missing.
          {end === "full" && ` For them, set ${isBack ? "Until" : "From"} to that time, and download again.`}
        </p>
      )}
    </div>
  );
}

function Buttons({ made, onClose }: { made: Export; onClose: () => void }) {
  const { read, end, error, file } = made;
  if (end === undefined && error === undefined) return <Button onClick={made.stop}>Stop</Button>;
  const hasMore = end !== "all" && end !== "full";
  return (
    <>
      <Button onClick={onClose}>Close</Button>
      {hasMore && <Button onClick={made.goOn}>{error === undefined ? "Go on" : "Try again"}</Button>}
      {read.jobs.length > 0 &&
        (file ? (
          <a class="button button-plain" href={file.url} download={file.name}>
            Save again
          </a>
        ) : (
          <Button tone="primary" onClick={() => void made.save()}>
            Save {plural(read.jobs.length, "job")}
          </Button>
        ))}
    </>
  );
}
