import type { Job } from "../../../../sdk/src/index.ts";
import { apiUrl } from "../../api/base.ts";
import { apiNow } from "../../api/clock.ts";
import { CodeTabs } from "../../ui/code-block.tsx";
import { ErrorBanner } from "../../ui/error-banner.tsx";
import { Plain } from "../../ui/plain.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { useZone } from "../../ui/zone-store.ts";
import { requestAgain } from "../new-job/again.ts";
import { codesOf } from "../new-job/codes.ts";
import { useSource } from "../new-job/use-source.ts";

/** The request that made a job as code, with what has to be filled in where the job does not show it. */
export function AgainInCode({ job }: { job: Job }) {
  const { source, error } = useSource(job.job_id);
  const zone = useZone(job.repeat?.tz);
  if (!source) return error ? <ErrorBanner error={error} /> : <Skeleton lines={3} />;
  const { request, missing } = requestAgain(source.job, source.input, zone, apiNow());
  const notes = [...(source.note === undefined ? [] : [source.note]), ...missing];
  return (
    <>
      {notes.length > 0 && (
        <ul class="banner banner-warn">
          {notes.map((note) => (
            <li key={note}>
              <Plain text={note} />
            </li>
          ))}
        </ul>
      )}
      <CodeTabs label="This job again in code" codes={codesOf(request, apiUrl())} />
    </>
  );
}
