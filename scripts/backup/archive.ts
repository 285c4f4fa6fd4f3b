/** A backup is a gzipped tar archive of the data folder, `data/`, and its manifest, written and read by the system's tar. */
import { spawn } from "node:child_process";

/** Rejects with what tar said. */
export async function tar(...args: string[]): Promise<void> {
  const child = spawn("tar", args, { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (part: Buffer) => {
    said += part.toString();
  });
  const code = await new Promise<number | null>((done, fail) => {
    child.once("error", fail);
    child.once("close", done);
  });
  if (code !== 0) throw new Error(said.trim().split("\n")[0] || `tar ended with ${code}.`);
}
