import type { Me } from "../../api/me.ts";
import { useMe } from "../../api/me.ts";
import { session } from "../../api/session.ts";
import { useStore } from "../../api/store.ts";
import { Tag } from "../../ui/badge.tsx";
import { CodeTabs } from "../../ui/code-block.tsx";
import { Icon } from "../../ui/icons.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { Fact, Facts, Panel } from "../../ui/panel.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { Time } from "../../ui/time.tsx";
import { allows, commandsOf, verbs } from "./commands.ts";
import { Webhooks } from "./webhooks-panel.tsx";
import "./keys.css";

/** What the key of this page may do, how to make others, and where webhooks go. */
export function Keys() {
  const me = useMe();
  const now = useStore(session);
  const local = now.state === "open" && now.local;
  return (
    <>
      <PageHeader title="Keys and webhooks" />
      <div class="keys-page">
        <Panel title="This key">{me ? <ThisKey me={me} local={local} /> : <Skeleton />}</Panel>
        <Panel title="More keys">
          <div class="panel-body stack">
            <p>
              Keys are made by a command, in a checkout of this system{local ? "" : " with AWS credentials"}: no key can
              make another. Give each caller its own, with only what it needs. A key is shown once.
            </p>
            {me && <CodeTabs label="Commands" codes={commandsOf(me, local)} />}
          </div>
        </Panel>
      </div>
      <Webhooks />
    </>
  );
}

const ThisKey = ({ me, local }: { me: Me; local: boolean }) => (
  <div class="panel-body stack">
    <Facts>
      <Fact name="Name">{me.name ?? (local ? "This machine's key" : me.caller || "Unknown")}</Fact>
      {me.person && <Fact name="Person">{`${me.person.sub} of ${me.person.issuer}`}</Fact>}
      {me.role && <Fact name="Role">{me.role}</Fact>}
      {me.expires_at !== undefined && (
        <Fact name="Expires">
          <Time at={me.expires_at} />
        </Fact>
      )}
      <Fact name="Products">
        <Names names={me.products} />
      </Fact>
      <Fact name="Envs">
        <Names names={me.envs} />
      </Fact>
      {me.version !== "" && <Fact name="API version">{me.version}</Fact>}
    </Facts>
    <ul class="verbs" aria-label="What it may do">
      {Object.entries(verbs).map(([verb, words]) => {
        const may = allows(me, verb);
        return (
          <li key={verb} class={may ? "may" : "may-not"}>
            <Icon name={may ? "check" : "close"} />
            <code>{verb}</code>
            <span>
              <span class="sr-only">{may ? "Yes: " : "No: "}</span>
              {words}
            </span>
          </li>
        );
      })}
    </ul>
  </div>
);

const Names = ({ names }: { names: readonly string[] }) =>
  names.includes("*") ? (
    <>All</>
  ) : (
    <span class="row">
      {names.map((name) => (
        <Tag key={name}>{name}</Tag>
      ))}
    </span>
  );
