/** A mail's HTML in a form that the page's CSP lets through, and what has to be set by script instead. */
interface SafeMail {
  /** Without scripts, style sheets and inline styles; those are in `data-style`. */
  html: string;
  /** The style sheets of the mail. */
  css: string[];
  /** How many images from elsewhere were left out: a mail must not make the browser call another server. */
  images: number;
}

/**
 * Takes apart what the CSP would block: inline styles and style sheets, which the frame gets back as constructed ones, and scripts,
 * links to style sheets, frames and remote images, which it does not get at all. This is for display, not for safety: the frame has
 * a sandbox without scripts, and the CSP of the page applies in it.
 */
export function safeMail(source: string): SafeMail {
  const css: string[] = [];
  let images = 0;
  const html = source
    .replace(/<!--[\s\S]*?-->/g, "")
    .replace(/<style\b[^>]*>([\s\S]*?)(<\/style\s*>|$)/gi, (_, text: string) => {
      css.push(text);
      return "";
    })
    .replace(/<script\b[\s\S]*?(<\/script\s*>|$)/gi, "")
    .replace(/<\/?(iframe|frame|object|embed|base|link|meta|form)\b[^>]*>/gi, "")
    .replace(/<[a-z][^\s>/]*(?:"[^"]*"|'[^']*'|[^>"'])*>/gi, (tag) => {
      const { text, remote } = safeTag(tag);
      images += remote;
      return text;
    });
  return { html, css, images };
}

const attribute = /(\s)([a-z][\w:-]*)(\s*=\s*("[^"]*"|'[^']*'|[^\s>]+))/gi;

function safeTag(tag: string): { text: string; remote: number } {
  let remote = 0;
  const text = tag.replace(attribute, (whole, space: string, name: string, rest: string, value: string) => {
    const lower = name.toLowerCase();
    if (lower === "style") return `${space}data-style${rest}`;
    if (lower.startsWith("on")) return "";
    const isAddress = ["src", "srcset", "background", "poster"].includes(lower);
    if (!isAddress || /^["']?data:image\//i.test(value)) return whole;
    remote++;
    return `${space}data-${lower}${rest}`;
  });
  return { text, remote };
}
