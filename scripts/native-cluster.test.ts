import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "native-cluster-"));
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

it("never installs twice at once, whoever asks", async (context) => {
  context.skip(process.platform !== "linux", "native-postgres is for Debian");
  const tool = join(folder, "tool");
  const log = join(folder, "log");
  const script = `#!/bin/sh\necho "$1 begins" >> ${log}\nsleep 0.2\necho "$1 ends" >> ${log}\n`;
  writeFileSync(tool, script, { mode: 0o755 });
  vi.stubEnv("NATIVE_POSTGRES", tool);
  // another test's file may have had it before, with the tool of the machine
  vi.resetModules();
  const { installPostgres } = await import("./native-cluster.ts");
  await Promise.all([installPostgres(), installPostgres(), installPostgres()]);
  const once = "install begins\ninstall ends\n";
  expect(readFileSync(log, "utf8")).toBe(once.repeat(3));
});
