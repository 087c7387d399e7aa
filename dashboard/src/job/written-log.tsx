import type { JobAttempt } from "../../../sdk/src/index.ts";
import { CopyButton } from "../ui/copy-button.tsx";
import "./provider-answer.css";

interface Props {
  log: NonNullable<JobAttempt["log"]>;
  /** The name of what scrolls: `Log of attempt 2`. */
  label: string;
  isOpen: boolean;
}

/** The last lines that own code has written with `ctx.log`. */
export const WrittenLog = ({ log: { text, cut }, label, isOpen }: Props) => (
  <details class="answer" open={isOpen}>
    <summary>The code's log{cut && <span class="muted"> (the last lines of it)</span>}</summary>
    {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
    <section class="answer-text" tabIndex={0} aria-label={label}>
      <pre class="failure-message">{text}</pre>
    </section>
    <CopyButton text={text} label="Copy the log" />
  </details>
);
