/** Languages of code blocks: the id that is stored, its name on screen, and other words that say it. */
export type Language = { readonly id: string; readonly name: string; readonly also: readonly string[] };

const language = (id: string, name: string, ...also: string[]): Language => ({ id, name, also });

/** Plain text first: no language. */
export const LANGUAGES: readonly Language[] = [
  language("", "Text", "plain", "none"),
  language("bash", "Shell", "sh", "shell", "zsh", "console"),
  language("c", "C", "h"),
  language("cpp", "C++", "c++", "cc", "hpp"),
  language("csharp", "C#", "c#", "cs"),
  language("css", "CSS"),
  language("dart", "Dart"),
  language("diff", "Diff", "patch"),
  language("dockerfile", "Dockerfile", "docker"),
  language("elixir", "Elixir", "ex", "exs"),
  language("go", "Go", "golang"),
  language("graphql", "GraphQL", "gql"),
  language("haskell", "Haskell", "hs"),
  language("html", "HTML", "xml", "svg", "vue"),
  language("ini", "INI", "toml", "properties"),
  language("java", "Java"),
  language("javascript", "JavaScript", "js", "jsx", "mjs", "node"),
  language("json", "JSON", "jsonc"),
  language("kotlin", "Kotlin", "kt"),
  language("lua", "Lua"),
  language("makefile", "Makefile", "make", "mk"),
  language("markdown", "Markdown", "md"),
  language("nginx", "Nginx"),
  language("php", "PHP"),
  language("python", "Python", "py"),
  language("r", "R"),
  language("ruby", "Ruby", "rb"),
  language("rust", "Rust", "rs"),
  language("scss", "SCSS", "sass"),
  language("sql", "SQL", "postgres", "postgresql", "pgsql", "psql", "mysql"),
  language("swift", "Swift"),
  language("typescript", "TypeScript", "ts", "tsx"),
  language("yaml", "YAML", "yml"),
];

const byWord = new Map(LANGUAGES.flatMap((one) => [one.id, ...one.also].map((word) => [word, one])));

/** What is stored may be any word; null for one that is not known here. */
export const languageOf = (word: string): Language | null => byWord.get(word.trim().toLowerCase()) ?? null;

/** sql → SQL; what nobody knows here is called what it is called. */
export const languageName = (word: string): string =>
  word.trim() === "" ? "Text" : (languageOf(word)?.name ?? word);

export function filterLanguages(text: string): readonly Language[] {
  const wanted = text.trim().toLowerCase();
  const says = (word: string) => word.toLowerCase().startsWith(wanted);
  return LANGUAGES.filter(({ name, id, also }) =>
    [name, id, ...also].some((word) => word !== "" && says(word)),
  );
}
