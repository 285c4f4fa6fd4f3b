/** What the lockfile must and must not hold. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { z } from "zod";

const Locked = z.object({
  version: z.string().optional(),
  resolved: z.string().optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
});
const Lockfile = z.object({ packages: z.record(z.string(), Locked) });
const Manifest = z.object({
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
});

const { packages } = Lockfile.parse(JSON.parse(readFileSync("package-lock.json", "utf8")));
const manifest = Manifest.parse(JSON.parse(readFileSync("package.json", "utf8")));

/** Below these there are published advisories. */
const floors = { next: "16.2.6", react: "19.2.6", "react-dom": "19.2.6" };

function isAtLeast(version: string, floor: string): boolean {
  return version.localeCompare(floor, "en", { numeric: true }) >= 0;
}

it.each(Object.entries(floors))("%s is locked at %s or above", (name, floor) => {
  const version = packages[`node_modules/${name}`]?.version;
  expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  expect(isAtLeast(version ?? "0", floor)).toBe(true);
  expect(isAtLeast("16.2.5", "16.2.6") || isAtLeast("9.9.9", "16.2.6")).toBe(false);
});

it("the lockfile names no registry, so that it installs from whichever one the machine uses", () => {
  expect(Object.keys(packages).length).toBeGreaterThan(100);
  const resolved = Object.entries(packages).filter(([, locked]) => locked.resolved !== undefined);
  expect(resolved).toEqual([]);
});

it("the parts for every platform are locked, also those that this machine does not install", () => {
  const wanted = Object.values(packages).flatMap((locked) => Object.keys(locked.optionalDependencies ?? {}));
  expect(wanted.length).toBeGreaterThan(50);
  // `npm ci` refuses a lockfile that lacks one, and npm leaves out what a registry does not have.
  expect(wanted.filter((name) => !packages[`node_modules/${name}`])).toEqual([]);
});

it("every dependency is pinned exactly, and locked at that version", () => {
  for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
    expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
    expect(packages[`node_modules/${name}`]?.version, name).toBe(version);
  }
});

it("npm scripts run on the Node of the lockfile, whatever the machine's own is", () => {
  expect(process.versions.node).toBe(packages["node_modules/node"]?.version);
});
