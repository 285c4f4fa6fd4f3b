/**
 * What a browser can get of a build: the files it may ask for and the pages rendered ahead. The browser tests build
 * with a secret key that is known here, so that it is found wherever it slipped in.
 */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const KNOWN_SECRET = "sb_secret_known-to-the-tests_4f1c2a9e7b";

/** Written into the build's folder by whoever built it with the known secret. */
export const KNOWN_SECRET_MARK = "built-with-known-secret";

const traces: readonly (readonly [what: string, sign: RegExp])[] = [
  ["the secret key it was built with", new RegExp(KNOWN_SECRET)],
  ["a secret key", /sb_secret_[\w-]{8,}/],
  ["the name of the secret key", /SUPABASE_SECRET_KEY/],
  [
    "a token of the service role",
    /eyJ[\w-]+\.[\w-]*(?:c2VydmljZV9yb2xl|NlcnZpY2Vfcm9sZ|zZXJ2aWNlX3JvbG)[\w-]*/,
  ],
  ["the way to a source map", /^\/\/# sourceMappingURL=/m],
];

/** The files of a build that reach browsers. */
export function clientFiles(build: string): string[] {
  const found = globSync(["static/**/*", "server/**/*.{html,rsc,body,meta}"], {
    cwd: build,
    withFileTypes: true,
  });
  return found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** Each trace of a secret (and of the one named) or of the source in a browser's files, as a sentence. */
export function leaks(build: string, secretKey?: string): string[] {
  return clientFiles(build).flatMap((file) => {
    const text = readFileSync(file, "latin1");
    if (secretKey !== undefined && text.includes(secretKey))
      return [`${file} holds the project's secret key`];
    const found = traces.filter(([, sign]) => sign.test(text)).map(([what]) => `${file} holds ${what}`);
    return file.endsWith(".map") ? [`${file} is a source map`, ...found] : found;
  });
}

/** Files of the server that hold the known secret: it belongs to the environment of the day, not to the build. */
export function fixedSecrets(build: string): string[] {
  const found = globSync("{server,standalone}/**/*.{js,json,html,rsc}", { cwd: build });
  return found.filter((file) => readFileSync(join(build, file), "latin1").includes(KNOWN_SECRET));
}
