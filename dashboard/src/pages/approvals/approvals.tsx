import { useState } from "preact/hooks";
import type { Approval } from "../../../../sdk/src/index.ts";
import { useApprovals } from "../../api/approvals.ts";
import { useCan } from "../../api/me.ts";
import { Tag } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { ErrorBanner } from "../../ui/error-banner.tsx";
import { count } from "../../ui/format.ts";
import { Link } from "../../ui/link.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { Plain } from "../../ui/plain.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { Ago, Time } from "../../ui/time.tsx";
import { DecideDialog } from "./decide-dialog.tsx";
import "./approvals.css";

/** The inbox: each step of a run that waits for the decision of a person, those that end first at the top. */
export function Approvals() {
  return (
    <>
      <PageHeader title="Approvals">Runs that wait for a person. The first decision counts.</PageHeader>
      <Inbox />
    </>
  );
}

function Inbox() {
  const { open, hasMore, error } = useApprovals();
  const [asked, ask] = useState<{ approval: Approval; choice: string }>();
  const can = useCan();
  if (open === undefined) return error ? <ErrorBanner error={error} /> : <Skeleton lines={4} />;
  return (
    <>
      {open.length === 0 ? (
        <EmptyState title={hasMore ? "Nothing found so far" : "Nothing waits for a decision"}>
          A step of a feature with <code>approve</code> appears here until it is decided.
        </EmptyState>
      ) : (
        <ul class="approvals" aria-label="Open approvals">
          {open.map((approval) => (
            <Card
              key={approval.id}
              approval={approval}
              decide={can("jobs:write", approval) ? (choice) => ask({ approval, choice }) : undefined}
            />
          ))}
        </ul>
      )}
      {hasMore && <p class="muted">Only {count(open.length)} of them are shown.</p>}
      {asked && <DecideDialog {...asked} onClose={() => ask(undefined)} />}
    </>
  );
}

interface CardProps {
  approval: Approval;
  decide: ((choice: string) => void) | undefined;
}

function Card({ approval, decide }: CardProps) {
  const { title, show = [], choices, asked, job_id, step, until, opened_at, product_tag, env } = approval;
  return (
    <li class="panel approval">
      <div class="approval-head">
        <h2>
          <Plain text={title} />
        </h2>
        <Tag>{`${product_tag} ${env}`}</Tag>
      </div>
      {show.length > 0 && (
        <dl class="facts">
          {show.map(({ label = "", value }, i) => (
            <div class="fact" key={`${i} ${label}`}>
              <dt>
                <Plain text={label} />
              </dt>
              <dd>
                <Plain text={value} />
              </dd>
            </div>
          ))}
        </dl>
      )}
      <p class="approval-about muted">
        <Link href={`/jobs/${job_id}`}>{step}</Link> asked{" "}
        {asked.length > 0 && (
          <>
            <Plain text={asked.join(", ")} />{" "}
          </>
        )}
        <Ago at={opened_at} />, ends <Ago at={until} /> (<Time at={until} />)
      </p>
      {decide && (
        <div class="approval-choices">
          {choices.map((choice, i) => (
            <Button key={choice} tone={i === 0 ? "primary" : "plain"} onClick={() => decide(choice)}>
              {choice}
            </Button>
          ))}
        </div>
      )}
    </li>
  );
}
