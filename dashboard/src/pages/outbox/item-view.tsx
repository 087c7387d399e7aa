import { useState } from "preact/hooks";
import { Tag } from "../../ui/badge.tsx";
import { Segments } from "../../ui/field.tsx";
import { parseExact } from "../../ui/json.ts";
import { JsonTree } from "../../ui/json-tree.tsx";
import { Link } from "../../ui/link.tsx";
import { Fact, Facts } from "../../ui/panel.tsx";
import { Time } from "../../ui/time.tsx";
import { type Item, type ItemOf, jobOf, pushOf } from "./items.ts";
import { MailFrame } from "./mail-frame.tsx";
import "./phone.css";

/** One item as its receiver sees it. */
export function ItemView({ item }: { item: Item }) {
  switch (item.kind) {
    case "email":
      return <Mail item={item} />;
    case "sms":
      return <Sms item={item} />;
    case "fcm":
    case "expo":
      return <PushView item={item} />;
    case "http":
    case "webhook":
      return <Request item={item} />;
    case "task":
      return <Answer name={item.call} value={item.content} />;
    case "topic":
      return (
        <>
          <Answer name={item.topic} value={item.message} />
          <Json label="Attributes" value={item.attributes} />
        </>
      );
    default:
      return <Answer name={item.detail_type} value={item.detail} job={jobOf(item.detail)} bus={item.bus} />;
  }
}

function Mail({ item }: { item: ItemOf<"email"> }) {
  const [view, setView] = useState("html");
  const { html, text } = item;
  const shown = html === undefined || (view === "text" && text !== undefined) ? "text" : "html";
  return (
    <article class="mail">
      <header class="mail-head">
        <h3>{item.subject || "(no subject)"}</h3>
        <dl class="mail-facts">
          <dt>From</dt>
          <dd>{item.from}</dd>
          <dt>To</dt>
          <dd>{item.to.join(", ")}</dd>
        </dl>
        {html !== undefined && text !== undefined && (
          <Segments
            label="Part of the mail"
            value={shown}
            onChange={setView}
            options={[
              ["html", "As seen"],
              ["text", "Text"],
            ]}
          />
        )}
      </header>
      {shown === "html" ? (
        <MailFrame html={html ?? ""} title={`Mail: ${item.subject}`} />
      ) : (
        <pre class="mail-text">{text ?? ""}</pre>
      )}
    </article>
  );
}

function PushView({ item }: { item: ItemOf<"fcm" | "expo"> }) {
  const { title, body, to, data } = pushOf(item);
  return (
    <>
      <div class="phone">
        <div class="phone-clock">
          <Time at={Date.parse(item.at)} precision="minute" date={false} />
        </div>
        <div class="phone-push">
          <span class="phone-app" aria-hidden="true" />
          <div class="phone-text">
            <p class="phone-from">
              <span>{item.kind === "fcm" ? item.project : "Expo"}</span>
              <span>now</span>
            </p>
            {title !== "" && <p class="phone-title">{title}</p>}
            {body !== "" && <p>{body}</p>}
            {title === "" && body === "" && <p>Data only: the app shows what it wants.</p>}
          </div>
        </div>
      </div>
      <Facts>
        <Fact name="Device">
          <code>{to}</code>
        </Fact>
        <Fact name="By">{item.kind === "fcm" ? "FCM" : "Expo"}</Fact>
        <Fact name="Answered">
          <Tag tone={item.answer === "ok" ? "good" : "warn"}>{item.answer}</Tag>
        </Fact>
      </Facts>
      {data !== undefined && <Json label="Data" value={data} />}
    </>
  );
}

const Sms = ({ item }: { item: ItemOf<"sms"> }) => (
  <>
    <div class="phone">
      <p class="phone-number">{item.sender ?? item.to}</p>
      <p class="bubble">{item.body}</p>
      <p class="bubble-time">
        <Time at={Date.parse(item.at)} precision="minute" />
      </p>
    </div>
    <Facts>
      <Fact name="To">
        <code>{item.to}</code>
      </Fact>
      {item.sender !== undefined && <Fact name="Sender">{item.sender}</Fact>}
      <Fact name="Answered">
        <Tag tone={item.answer === "ok" ? "good" : "warn"}>{item.answer}</Tag>
      </Fact>
    </Facts>
  </>
);

function Request({ item }: { item: ItemOf<"http" | "webhook"> }) {
  const job = item.kind === "webhook" ? jobOf(item.body) : undefined;
  const headers = Object.entries(item.headers);
  return (
    <>
      <p class="request-line">
        <Tag>{item.method}</Tag> <code>{item.path}</code>
      </p>
      {job !== undefined && <JobLink job={job} />}
      {headers.length > 0 && (
        <details class="request-headers">
          <summary>{headers.length} headers</summary>
          <dl>
            {headers.map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
      {item.body === null ? <p class="muted">No body</p> : <Json label="Body" value={item.body} />}
    </>
  );
}

const Answer = ({
  name,
  value,
  job,
  bus,
}: {
  name: string;
  value: unknown;
  job?: string | undefined;
  bus?: string;
}) => (
  <>
    <p class="request-line">
      <code>{name}</code> {bus !== undefined && <span class="muted">on {bus}</span>}
    </p>
    {job !== undefined && <JobLink job={job} />}
    <Json label="Detail" value={value} />
  </>
);

const JobLink = ({ job }: { job: string }) => (
  <p>
    <Link href={`/jobs/${job}`}>See the job</Link>
  </p>
);

function Json({ label, value }: { label: string; value: unknown }) {
  const shown = typeof value === "string" ? parsed(value) : value;
  return (
    <section class="item-json">
      <h3>{label}</h3>
      <JsonTree label={label} value={shown} open={3} />
    </section>
  );
}

function parsed(text: string): unknown {
  try {
    return parseExact(text);
  } catch {
    return text;
  }
}
