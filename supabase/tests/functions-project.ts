/** A project with edge functions of the tests' own, in a folder of their own; never a hosted one. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Project, startProject } from "./stand-in.ts";

export const isHosted = Boolean(process.env.SUPABASE_URL);
export const WHY_NOT_HOSTED = "It needs functions of its own, which nobody deploys for a test.";

export interface FunctionsProject extends Project {
  /** Writes a file below the folder that holds `config.toml` and `functions`. */
  write(path: string, text: string): Promise<void>;
}

export async function startFunctionsProject(
  files: Readonly<Record<string, string>>,
): Promise<FunctionsProject> {
  const folder = await mkdtemp(join(tmpdir(), "functions-"));
  const write = async (path: string, text: string) => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  };
  for (const [path, text] of Object.entries(files)) await write(path, text);
  await mkdir(join(folder, "migrations"), { recursive: true });
  const args = ["--functions", join(folder, "functions"), "--migrations", join(folder, "migrations")];
  const project = await startProject({ args });
  const stop = async () => {
    await project.stop();
    await rm(folder, { recursive: true, force: true });
  };
  return { ...project, write, stop };
}
