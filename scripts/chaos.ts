/**
 * Campaigns against the first promise: nothing written is ever lost.
 *
 *     npm run chaos -- [--suite model,tree | all] [--seed 1] [--runs N] [--native] [--plant name] [--json file]
 *
 * Without --runs each suite runs its full count. With --plant the suite must find that error: the exit code is then 0
 * when it does. Otherwise it is 1 when anything is broken; each broken run prints the line that repeats it.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { suites } from "./chaos/all-suites.ts";
import { campaignLine, runCampaign, SUITES, type Suite } from "./chaos/suite.ts";

const { values } = parseArgs({
  options: {
    suite: { type: "string", default: "all" },
    seed: { type: "string", default: "1" },
    runs: { type: "string" },
    native: { type: "boolean", default: false },
    plant: { type: "string" },
    json: { type: "string" },
  },
});

function chooseSuites(given: string): Suite[] {
  const names: readonly string[] = given === "all" ? SUITES : given.split(",");
  return names.map((name) => {
    const found = Object.values(suites).find((suite) => suite.name === name);
    if (found === undefined) throw new Error(`There is no suite ${name}: ${SUITES.join(", ")} or all.`);
    return found;
  });
}

function wholeNumber(name: string, given: string): number {
  if (!/^[0-9]{1,9}$/.test(given)) throw new Error(`--${name} ${given}: a whole number is needed.`);
  return Number(given);
}

const report = (line: string) => console.log(line);
const { plant = null, native } = values;
const seed = wholeNumber("seed", values.seed);
const campaigns = [];
for (const suite of chooseSuites(values.suite)) {
  if (plant !== null && !suite.plants.includes(plant))
    throw new Error(`${suite.name} has no plant ${plant}: ${suite.plants.join(", ") || "none"}.`);
  const runs = values.runs === undefined ? suite.full : wholeNumber("runs", values.runs);
  const campaign = await runCampaign(suite, {
    seed,
    runs,
    native,
    plant,
    untilBroken: plant !== null,
    report,
  });
  report(campaignLine(campaign, suite.unit));
  campaigns.push(campaign);
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(campaigns, null, 2)}\n`);
const isBroken = campaigns.some(({ failures }) => failures.length > 0);
// Clients of tabs that were thrown away still wait for their own timeouts.
process.exit(isBroken === (plant !== null) ? 0 : 1);
