const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " " };

const decode = (text: string): string =>
  text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]+));/gi, (whole, decimal, hex, name) => {
    if (name) return entities[name.toLowerCase()] ?? whole;
    const code = decimal ? Number(decimal) : Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });

/**
 * The text alternative of an HTML e-mail, for clients that show no HTML and filters that distrust mail without text:
 * lines where blocks end, links with their address. Simple on purpose; it is not what most people see.
 */
export function plainText(html: string): string {
  const text = html
    .replace(/<(style|script|head|title)\b[^>]*>[\s\S]*?<\/\1\s*>|<!--[\s\S]*?-->/gi, "")
    .replace(/\s+/g, " ")
    .replace(/<a\b[^>]*?\bhref\s*=\s*["'](https?:[^"']+)["'][^>]*>(.*?)<\/a\s*>/gi, (_, href, label) =>
      label.includes(href) ? label : `${label} (${href})`,
    )
    .replace(/<li\b[^>]*>/gi, "- ")
    .replace(/<br\b[^>]*>|<\/(li|tr)\s*>/gi, "\n")
    .replace(/<\/(p|div|h[1-6]|table|ul|ol|section|blockquote)\s*>/gi, "\n\n")
    .replace(/<[^>]*>/g, "");
  return decode(text)
    .replace(/[ \t]*\n[ \t]*/g, "\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}
