import type { Job } from "../../../../sdk/src/index.ts";
import { apiUrl } from "../../api/base.ts";
import { apiNow } from "../../api/clock.ts";
import { useMe } from "../../api/me.ts";
import { jobAsCode } from "../../job/as-code.ts";
import { awsLinks } from "../../job/aws-links.ts";
import { CodeTabs } from "../../ui/code-block.tsx";
import { Icon } from "../../ui/icons.tsx";
import { Panel } from "../../ui/panel.tsx";

/** The job in code, and in the AWS console where there is one. */
export function Elsewhere({ job }: { job: Job }) {
  const aws = useMe()?.aws;
  return (
    <>
      <Panel title="In code">
        <div class="panel-body">
          <CodeTabs label="This job in code" codes={jobAsCode(job.job_id, apiUrl())} />
        </div>
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
