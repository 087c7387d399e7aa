import type { Incident } from "../../../sdk/src/index.ts";
import { CopyButton } from "../ui/copy-button.tsx";
import { Plain } from "../ui/plain.tsx";
import { shownBody } from "./answer-text.ts";
import "./provider-answer.css";

interface Props {
  answer: NonNullable<Incident["answer"]>;
  /** The name of what scrolls: `Answer to attempt 2`. */
  label: string;
  isOpen: boolean;
}

/** What the provider has answered: the status, and behind it the body and the headers. */
export function Answer({ answer: { status, headers, body, body_encoding, cut }, label, isOpen }: Props) {
  const notes = [body_encoding && "in base64", cut && "cut"].filter(Boolean).join(", ");
  return (
    <details class="answer" open={isOpen}>
      <summary>
        The provider answered <code>{status}</code>
        {body === "" && <span class="muted"> without a body</span>}
        {notes !== "" && <span class="muted"> ({notes})</span>}
      </summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section class="answer-text" tabIndex={0} aria-label={label}>
        {body !== "" && <pre class="failure-message">{shownBody(body, headers)}</pre>}
        <dl class="answer-headers">
          {Object.entries(headers).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <Plain text={value} />
              </dd>
            </div>
          ))}
        </dl>
      </section>
      {body !== "" && <CopyButton text={body} label="Copy the body" />}
    </details>
  );
}
