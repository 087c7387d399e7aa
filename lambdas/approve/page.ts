import type { Approval, Decision } from "../core/job/approval.ts";
import { style } from "./style.ts";

/** Where a decision belongs. */
interface Tenant {
  product: string;
  env: string;
}

type Mark = "good" | "warn" | "calm" | "done";

interface Page {
  /** The title of the document, which browsers keep in their history: never that of the approval. */
  name: string;
  tenant?: Tenant;
  body: string;
  isOpen?: true;
}

/** What of HTML has a meaning, in texts that come from inputs. */
const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => escapes[character] ?? "");

/** That of the dashboard (`dashboard/src/icon.svg`). */
const logo = `<svg viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="7" fill="#0f5f66"/><circle cx="16" cy="16" r="9" fill="none" stroke="#fff" stroke-width="3"/><circle cx="16" cy="16" r="3.2" fill="none" stroke="#fff" stroke-width="2"/><path d="M22.5 21.5h5" stroke="#fff" stroke-width="3" stroke-linecap="square"/></svg>`;

const drawn: Record<Mark, string> = {
  good: `<path d="M5 12.5l4.5 4.5L19 7.5"/>`,
  done: `<path d="M5 12.500l4.500 4.500L19 7.500"/>`,
  warn: `<path d="M12 5.500v8"/><path d="M12 18h.01"/>`,
  calm: `<circle cx="12" cy="12" r="8.5"/><path d="M12 7.5V12l3 2"/>`,
};
const markOf = (mark: Mark): string =>
  `<div class="mark ${mark}"><svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${drawn[mark]}</svg></div>`;

const documentOf = ({ name, tenant, body, isOpen }: Page): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<title>${name}</title>
<style>${style}</style>
</head>
<body>
<main>
<header>${logo}<b>${tenant ? escaped(tenant.product) : "Approval"}</b>${tenant ? `<span>${escaped(tenant.env)}</span>` : ""}</header>
<div class="body">
${body}
</div>
</main>
${isOpen ? "<footer>With the address of this page anyone can decide. Do not pass it on.</footer>\n" : ""}</body>
</html>
`;

/** A moment for people. The page knows no time zone of theirs, so it says which one it means. */
function moment(at: number): string {
  const text = new Intl.DateTimeFormat("en-GB", {
    day: "numeric",
    month: "long",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZone: "UTC",
  }).format(at);
  return `<time datetime="${new Date(at).toISOString()}">${text} UTC</time>`;
}

const units = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
] as const;

function timeLeft(ms: number): string {
  for (const [unit, length] of units) {
    const count = Math.floor(ms / length);
    if (count >= 1) return `${count} ${unit}${count === 1 ? "" : "s"}`;
  }
  return "less than a minute";
}

/** What stands on a button: a choice begins with a capital letter there. */
const buttonText = (choice: string): string => escaped(choice.charAt(0).toUpperCase() + choice.slice(1));

/** The question, with a form that decides it. */
export function openPage(
  approval: Approval,
  recipient: string,
  { now, mostNote }: { now: number; mostNote: number },
): string {
  const { title, show, choices, asked, until } = approval;
  const shown = show.map(({ label, value }) =>
    label === undefined
      ? `<div class="alone"><dd>${escaped(value)}</dd></div>`
      : `<div><dt>${escaped(label)}</dt><dd>${escaped(value)}</dd></div>`,
  );
  const buttons = choices.map(
    (choice, i) =>
      `<button name="choice" value="${escaped(choice)}"${i === 0 ? ' class="first"' : ""}>${buttonText(choice)}</button>`,
  );
  const others =
    asked.length > 1 ? ` ${asked.length} people were asked, and the first to decide does so for all of them.` : "";
  const body = `<h1>${escaped(title)}</h1>
<p class="sub">You decide as <b>${escaped(recipient)}</b>.</p>
${shown.length > 0 ? `<dl>${shown.join("")}</dl>` : ""}
<form method="post" autocomplete="off">
<label for="note">Note <small>(optional)</small></label>
<textarea id="note" name="note" rows="2" maxlength="${mostNote}"></textarea>
<div class="choices">${buttons.join("")}</div>
</form>
<p class="until">Open for ${timeLeft(until - now)}, until ${moment(until)}.${others}</p>`;
  return documentOf({ name: "Approval", tenant: approval, body, isOpen: true });
}

interface Decided {
  decision: Decision;
  title?: string | undefined;
  tenant: Tenant;
  /** Whether the one who looks has decided so. */
  isOwn: boolean;
}

/** What was decided, by whom and when. */
export function decidedPage({ decision, title, tenant, isOwn }: Decided): string {
  const { choice, by, at, note, timed_out } = decision;
  const heading = timed_out ? "Nobody decided in time" : isOwn ? "Thank you, it is decided" : "It was decided already";
  const who = by === undefined ? "" : isOwn ? " by you" : ` by <b>${escaped(by)}</b>`;
  const what =
    choice === undefined
      ? ""
      : `<div><dt>${timed_out ? "Taken instead" : "Decision"}</dt><dd>${buttonText(choice)}</dd></div>`;
  const body = `${markOf(timed_out ? "warn" : isOwn ? "good" : "done")}
<h1>${heading}</h1>
${title === undefined ? "" : `<p class="sub">${escaped(title)}</p>`}
${what === "" ? "" : `<dl>${what}</dl>`}
${note === undefined ? "" : `<blockquote>${escaped(note)}</blockquote>`}
<p class="until">${timed_out ? "The time was over on" : `Decided${who} on`} ${moment(at)}.</p>`;
  return documentOf({ name: heading, tenant, body });
}

/** A page that says why nothing can be decided. The texts are ours. */
export const saysPage = (
  heading: string,
  text: string,
  { mark = "warn", tenant }: { mark?: Mark; tenant?: Tenant } = {},
) =>
  documentOf({
    name: heading,
    ...(tenant && { tenant }),
    body: `${markOf(mark)}\n<h1>${heading}</h1>\n<p class="sub">${text}</p>`,
  });
