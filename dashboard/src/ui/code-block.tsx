import { useState } from "preact/hooks";
import { CopyButton } from "./copy-button.tsx";

/** Code to read and copy. */
const CodeBlock = ({ code, label }: { code: string; label: string }) => (
  <div class="code-block">
    {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
    <section class="code-scroll" tabIndex={0} aria-label={label}>
      <pre>
        <code>{code}</code>
      </pre>
    </section>
    <CopyButton text={code} label={`Copy ${label}`} />
  </div>
);

/** The same thing in several languages, such as curl and the SDK. */
export function CodeTabs({ codes, label }: { codes: Record<string, string>; label: string }) {
  const names = Object.keys(codes);
  const [chosen, choose] = useState(names[0] ?? "");
  const shown = names.includes(chosen) ? chosen : (names[0] ?? "");
  return (
    <div class="code-tabs">
      <fieldset class="segments">
        <legend class="sr-only">{label}</legend>
        {names.map((name) => (
          <button key={name} type="button" aria-pressed={name === shown} onClick={() => choose(name)}>
            {name}
          </button>
        ))}
      </fieldset>
      <CodeBlock code={codes[shown] ?? ""} label={`${label}, ${shown}`} />
    </div>
  );
}
