/** The runbook's own words for an alert: what it means, the first commands, what then. */
export type Play = {
  readonly title: string;
  readonly meaning: string;
  readonly commands: readonly string[];
  readonly decision: string;
};

/** Null when the runbook has no such heading. `title` as it stands there, without the signs of Markdown. */
export function findPlay(runbook: string, title: string): Play | null {
  const lines = runbook.split("\n");
  const start = lines.indexOf(`#### ${title}`);
  if (start === -1) return null;
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => /^(?:#{1,4} |---$)/.test(line));
  const section = (end === -1 ? rest : rest.slice(0, end)).join("\n");
  const commands = /```bash\n([\s\S]*?)```/.exec(section)?.[1] ?? "";
  return {
    title,
    meaning: pointOf(section, "Meaning"),
    commands: commands.split("\n").filter((line) => line !== ""),
    decision: pointOf(section, "Decision"),
  };
}

/** One point of the list, in one line, its links as their words, begun like a sentence. */
function pointOf(section: string, name: string): string {
  const found = new RegExp(
    `^- \\*\\*${name}:\\*\\* ([\\s\\S]*?)(?=\\n- |\\n\\n|\\n\`\`\`|$(?![\\s\\S]))`,
    "m",
  ).exec(section);
  const words = (found?.[1] ?? "")
    .replace(/\s*\n\s*/g, " ")
    .replace(/\[([^\]]+)\]\([^)]*\)/g, "$1")
    .replaceAll("`", "")
    .trim();
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}
