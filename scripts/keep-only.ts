/** A module with only what leads to the wanted names: also what it does when it is loaded goes, as no bundler would dare. */
import { parseAst } from "vitest/node";

type Statement = ReturnType<typeof parseAst>["body"][number];

/** @param source a module that exports by one list, and does nothing at load but fill what it exports. */
export function keepOnly(source: string, wanted: readonly string[]): string {
  const { body } = parseAst(source);
  const declared = new Map<string, Statement>();
  for (const statement of body) for (const name of namesOf(statement)) declared.set(name, statement);
  const kept = new Set<Statement>(body.filter(({ type }) => type === "ImportDeclaration"));
  const keep = (name: string): void => {
    const statement = declared.get(name);
    if (!statement || kept.has(statement)) return;
    kept.add(statement);
    for (const used of identifiersIn(statement)) keep(used);
  };
  wanted.forEach(keep);
  const lost = wanted.filter((name) => !declared.has(name));
  if (lost.length > 0) throw new Error(`The module declares no ${lost.join(", ")}.`);
  const code = body.filter((one) => kept.has(one)).map(({ start, end }) => source.slice(start, end));
  return [...code, `export { ${wanted.join(", ")} };`].join("\n");
}

function namesOf(statement: Statement): string[] {
  if (statement.type === "FunctionDeclaration" || statement.type === "ClassDeclaration")
    return statement.id ? [statement.id.name] : [];
  if (statement.type !== "VariableDeclaration") return [];
  return statement.declarations.flatMap(({ id }) => (id.type === "Identifier" ? [id.name] : []));
}

/** Names of properties among them: more may be kept than is needed, never less. */
function identifiersIn(node: unknown): string[] {
  if (typeof node !== "object" || node === null) return [];
  const own = "type" in node && node.type === "Identifier" && "name" in node ? [String(node.name)] : [];
  return [...own, ...Object.values(node).flatMap(identifiersIn)];
}
