/** Code of a page: lines to the letter, and the language as different pages say it. */

/**
 * An editor's own lines: Visual Studio Code and those built on it give a block with a fixed face and its blanks. Confluence
 * writes lines of code in an element for words.
 */
export function isCodeBlock(element: Element): boolean {
  const style = element.getAttribute("style") ?? "";
  if (element.localName === "code")
    return /white-space:\s*pre\s*(?:;|$)/i.test(style) && /\S\n+\S/.test(element.textContent ?? "");
  return (
    element.localName === "div" &&
    /font-family:[^;]*(?:monospace|consolas|menlo|"?courier new)[^;]*;[^"]*white-space:\s*pre\b/i.test(style)
  );
}

const CLASS = /(?:^|\s)(?:(?:language|lang|highlight-source|highlight-text)-|brush:\s*)([\w+#.-]{1,40})/i;
const NAMES: ReadonlyMap<string, string> = new Map([
  ["js", "javascript"],
  ["ts", "typescript"],
  ["py", "python"],
  ["sh", "bash"],
  ["shell", "bash"],
  ["html-basic", "html"],
]);

/** Null when nothing says it. */
export function languageOf(element: Element): string | null {
  const around = [
    element.querySelector("code"),
    element,
    element.parentElement,
    element.parentElement?.parentElement,
  ];
  for (const one of around) {
    const said =
      one?.getAttribute("data-lang") ??
      one?.getAttribute("data-language") ??
      CLASS.exec(one?.className ?? "")?.[1];
    if (said && /^[\w+#.-]{1,40}$/.test(said)) return NAMES.get(said.toLowerCase()) ?? said.toLowerCase();
  }
  return null;
}

/** Line breaks and blocks inside it are ends of lines. */
export function codeText(element: Element): string {
  let text = "";
  const endLine = () => {
    if (text !== "" && !text.endsWith("\n")) text += "\n";
  };
  const walk = (node: Node): void => {
    if (node.nodeType === 3) text += node.nodeValue ?? "";
    if (node.nodeType !== 1) return;
    const { localName } = node as Element;
    if (/^(?:script|style|button|svg|template|noscript)$/.test(localName)) return;
    if (localName === "br") text += "\n";
    else {
      const isLine = /^(?:div|p|li|tr)$/.test(localName) && node !== element;
      if (isLine) endLine();
      for (const child of node.childNodes) walk(child);
      if (isLine) text += text.endsWith("\n") && node.textContent !== "" ? "" : "\n";
    }
  };
  walk(element);
  return text;
}
