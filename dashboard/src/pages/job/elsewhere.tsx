import { Suspense } from "preact/compat";
import { useState } from "preact/hooks";
import type { Job } from "../../../../sdk/src/index.ts";
import { apiUrl } from "../../api/base.ts";
import { apiNow } from "../../api/clock.ts";
import { useCan, useMe } from "../../api/me.ts";
import { jobAsCode } from "../../job/as-code.ts";
import { awsLinks } from "../../job/aws-links.ts";
import { lazyPage } from "../../lazy-page.ts";
import { CodeTabs } from "../../ui/code-block.tsx";
import { Icon } from "../../ui/icons.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";

const AgainInCode = lazyPage(() => import("./again-in-code.tsx").then((m) => m.AgainInCode));

/** The job in code, and in the AWS console where there is one. */
export function Elsewhere({ job }: { job: Job }) {
  const aws = useMe()?.aws;
  return (
    <>
      <Panel title="In code">
        <div class="panel-body">
          <CodeTabs label="This job in code" codes={jobAsCode(job.job_id, apiUrl())} />
        </div>
        <Again job={job} />
      </Panel>
      {aws && (
        <Panel title="In AWS" note={`${aws.region}, account ${aws.account}`}>
          <div class="panel-body row">
            {awsLinks(aws, job, apiNow()).map(({ name, url }) => (
              <a key={name} class="button button-plain" href={url} target="_blank" rel="noreferrer">
                {name}
                <Icon name="external" />
              </a>
            ))}
          </div>
        </Panel>
      )}
    </>
  );
}

/** The request that made the job. It has the input, so that it is asked for when it is wanted. */
function Again({ job }: { job: Job }) {
  const [isOpen, setOpen] = useState(false);
  const allowed = useCan()("jobs:input", job);
  return (
    <details class="again-in-code" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>Schedule it again</summary>
      {isOpen && (
        <div class="again-body">
          {allowed ? (
            <Suspense fallback={<Skeleton lines={3} />}>
              <AgainInCode job={job} />
            </Suspense>
          ) : (
            <p class="muted">
              Shown to keys with <code>jobs:input</code>.
            </p>
          )}
        </div>
      )}
    </details>
  );
}
