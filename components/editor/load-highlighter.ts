/** Highlighters by language, each loaded when the first block of its language is seen. */
import type { Emitter, LanguageFn } from "highlight.js";
import type { Highlighter, LoadHighlighter, Token } from "../../lib/editor/highlighting.ts";

type Grammar = () => Promise<{ default: LanguageFn }>;

const GRAMMARS: Readonly<Record<string, Grammar>> = {
  bash: () => import("highlight.js/lib/languages/bash"),
  c: () => import("highlight.js/lib/languages/c"),
  cpp: () => import("highlight.js/lib/languages/cpp"),
  csharp: () => import("highlight.js/lib/languages/csharp"),
  css: () => import("highlight.js/lib/languages/css"),
  dart: () => import("highlight.js/lib/languages/dart"),
  diff: () => import("highlight.js/lib/languages/diff"),
  dockerfile: () => import("highlight.js/lib/languages/dockerfile"),
  elixir: () => import("highlight.js/lib/languages/elixir"),
  go: () => import("highlight.js/lib/languages/go"),
  graphql: () => import("highlight.js/lib/languages/graphql"),
  haskell: () => import("highlight.js/lib/languages/haskell"),
  html: () => import("highlight.js/lib/languages/xml"),
  ini: () => import("highlight.js/lib/languages/ini"),
  java: () => import("highlight.js/lib/languages/java"),
  javascript: () => import("highlight.js/lib/languages/javascript"),
  json: () => import("highlight.js/lib/languages/json"),
  kotlin: () => import("highlight.js/lib/languages/kotlin"),
  lua: () => import("highlight.js/lib/languages/lua"),
  makefile: () => import("highlight.js/lib/languages/makefile"),
  markdown: () => import("highlight.js/lib/languages/markdown"),
  nginx: () => import("highlight.js/lib/languages/nginx"),
  php: () => import("highlight.js/lib/languages/php"),
  python: () => import("highlight.js/lib/languages/python"),
  r: () => import("highlight.js/lib/languages/r"),
  ruby: () => import("highlight.js/lib/languages/ruby"),
  rust: () => import("highlight.js/lib/languages/rust"),
  scss: () => import("highlight.js/lib/languages/scss"),
  sql: () => import("highlight.js/lib/languages/sql"),
  swift: () => import("highlight.js/lib/languages/swift"),
  typescript: () => import("highlight.js/lib/languages/typescript"),
  yaml: () => import("highlight.js/lib/languages/yaml"),
};

const loaded = new Map<string, Promise<Highlighter | null>>();

export const loadHighlighter: LoadHighlighter = (language) => {
  const before = loaded.get(language);
  if (before) return before;
  const loading = makeHighlighter(language).catch((error: unknown) => {
    // offline, or a new version of the product is out: the code stays plain until the page is opened again
    console.warn("no highlighter", language, error);
    return null;
  });
  loaded.set(language, loading);
  return loading;
};

async function makeHighlighter(language: string): Promise<Highlighter | null> {
  const grammar = Object.hasOwn(GRAMMARS, language) ? GRAMMARS[language] : undefined;
  if (!grammar) return null;
  const [{ default: core }, { default: define }] = await Promise.all([
    import("highlight.js/lib/core"),
    grammar(),
  ]);
  const highlighter = core.newInstance();
  highlighter.configure({ __emitter: TokenEmitter });
  highlighter.registerLanguage(language, define);
  return (text) => {
    const { _emitter: emitter } = highlighter.highlight(text, { language, ignoreIllegals: true });
    return emitter instanceof TokenEmitter ? emitter.tokens : [];
  };
}

const KINDS: Readonly<Record<string, Token["kind"]>> = {
  ...{ keyword: "k", built_in: "k", name: "k", section: "k", meta: "k", "selector-tag": "k", type: "k" },
  ...{ string: "s", number: "s", literal: "s", regexp: "s", symbol: "s", link: "s", addition: "s" },
  ...{ "template-variable": "s", bullet: "s", "char.escape": "s" },
  ...{ comment: "c", quote: "c", doctag: "c", deletion: "c" },
};

/** What the highlighter says of a text, as tokens in place of HTML: no string becomes markup. */
class TokenEmitter implements Emitter {
  readonly tokens: Token[] = [];
  #at = 0;
  readonly #scopes: string[] = [];

  addText(text: string): void {
    const from = this.#at;
    this.#at += text.length;
    const scope = this.#scopes.findLast((name) => KINDS[name] !== undefined);
    const kind = scope === undefined ? undefined : KINDS[scope];
    if (kind && this.#at > from) this.tokens.push({ from, to: this.#at, kind });
  }

  // the older names of the two that follow: the core calls them as well
  readonly openNode = (name: string): void => this.startScope(name);
  readonly closeNode = (): void => this.endScope();

  startScope(name: string): void {
    this.#scopes.push(name);
  }

  endScope(): void {
    this.#scopes.pop();
  }

  __addSublanguage(emitter: Emitter, _name: string): void {
    if (!(emitter instanceof TokenEmitter)) return;
    for (const { from, to, kind } of emitter.tokens)
      this.tokens.push({ from: this.#at + from, to: this.#at + to, kind });
    this.#at += emitter.#at;
  }

  finalize(): void {
    // tokens are whole as they come
  }

  toHTML(): string {
    return "";
  }
}
